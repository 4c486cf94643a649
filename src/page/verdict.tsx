/** What is said of a picture, to be read from three metres. */
import type { JSX } from "preact";
import type { Detection, DetectorDescription } from "../web/index.ts";
import { texts } from "./texts.ts";

/** What is shown. */
export interface VerdictProps {
  readonly detection: Detection | null;
  readonly calibration: DetectorDescription["calibration"];
}

const symbols = { good: "✓", defect: "✕", waiting: "·" } as const;

/** See {@link VerdictProps}. */
export function Verdict({ detection, calibration: { threshold } }: VerdictProps): JSX.Element {
  const kind = detection === null ? "waiting" : detection.isAnomalous ? "defect" : "good";
  return (
    <section class={`verdict ${kind}`} aria-live="polite" aria-atomic="true">
      <p class="verdict-word">
        <span aria-hidden="true">{symbols[kind]}</span> {texts.verdict[kind]}
      </p>
      {detection && (
        <p class="verdict-numbers">
          {texts.verdict.score} <strong>{short(detection.anomalyScore)}</strong>, {texts.verdict.threshold}{" "}
          {short(threshold)}
          <br />
          {texts.verdict.pValue(short(100 * detection.pValue))}
        </p>
      )}
      {detection?.warnings.map((warning) => (
        <p key={warning} class="verdict-warning">
          {warning}
        </p>
      ))}
    </section>
  );
}

/** A number in three digits. */
export function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
