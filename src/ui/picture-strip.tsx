/** Pictures in a row, each with what was said of it; one is chosen. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { texts } from "./texts.ts";

/** A picture of the strip. */
export interface StripPicture {
  readonly name: string;
  readonly url: string;
  /** null while nothing is said of it. */
  readonly isAnomalous: boolean | null;
  readonly hasFailed: boolean;
  /** Said below it, in place of the usual word. */
  readonly label?: string | undefined;
}

/** See {@link StripPicture}. */
export function PictureStrip({
  pictures,
  chosen,
  onChoose,
}: {
  readonly pictures: readonly StripPicture[];
  readonly chosen: number | null;
  readonly onChoose: (index: number) => void;
}): JSX.Element {
  return (
    <ul class="strip" aria-label={texts.strip.pictures} onKeyDown={moveFocus}>
      {pictures.map((picture, i) => (
        <li key={picture.url}>
          <button
            type="button"
            class={`thumb ${kindOf(picture)}`}
            aria-current={i === chosen}
            onClick={() => onChoose(i)}
          >
            <img src={picture.url} alt={picture.name} loading="lazy" />
            <span>{picture.label ?? texts.strip.kinds[kindOf(picture)]}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Arrows go along the strip. */
function moveFocus({ key, currentTarget }: TargetedKeyboardEvent<HTMLUListElement>): void {
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  const buttons = [...currentTarget.querySelectorAll("button")];
  const at = buttons.findIndex((button) => button.matches(":focus"));
  const next = at < 0 || step === 0 ? undefined : buttons[at + step];
  next?.focus();
  next?.click();
}

function kindOf({ isAnomalous, hasFailed }: StripPicture): "good" | "defect" | "failed" | "waiting" {
  if (hasFailed) return "failed";
  if (isAnomalous === null) return "waiting";
  return isAnomalous ? "defect" : "good";
}
