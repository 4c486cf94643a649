/** Pictures in a row, each with what was said of it; one is chosen. */
import type { JSX } from "preact";
import { texts } from "./texts.ts";

/** A picture of the strip. */
export interface StripPicture {
  readonly name: string;
  readonly url: string;
  /** null while nothing is said of it. */
  readonly isAnomalous: boolean | null;
  readonly hasFailed: boolean;
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
    <ul class="strip" aria-label={texts.strip.pictures}>
      {pictures.map((picture, i) => (
        <li key={picture.url}>
          <button
            type="button"
            class={`thumb ${kindOf(picture)}`}
            aria-current={i === chosen}
            onClick={() => onChoose(i)}
          >
            <img src={picture.url} alt={picture.name} loading="lazy" />
            <span>{texts.strip.kinds[kindOf(picture)]}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function kindOf({ isAnomalous, hasFailed }: StripPicture): "good" | "defect" | "failed" | "waiting" {
  if (hasFailed) return "failed";
  if (isAnomalous === null) return "waiting";
  return isAnomalous ? "defect" : "good";
}
