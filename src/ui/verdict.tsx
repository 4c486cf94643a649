/** What is said of a picture, to be read from three metres. */
import type { JSX } from "preact";
import { type PartFault, partFaultTexts } from "../detectors/part-fault.ts";
import { short } from "./short.ts";
import { texts } from "./texts.ts";

/** What a model says of a picture. */
export interface Finding {
  readonly anomalyScore: number;
  readonly pValue: number;
  readonly isAnomalous: boolean;
  /** Of a model that finds a part first: why the picture does not show it as it should. */
  readonly partFault?: PartFault | undefined;
  readonly warnings: readonly string[];
}

/** What is shown. */
export interface VerdictProps {
  readonly finding: Finding | null;
  /** A score above it is anomalous. */
  readonly threshold: number;
}

const symbols = { good: "✓", defect: "✕", waiting: "·" } as const;

/** See {@link VerdictProps}. */
export function Verdict({ finding, threshold }: VerdictProps): JSX.Element {
  const kind = finding === null ? "waiting" : finding.isAnomalous ? "defect" : "good";
  return (
    <section class={`verdict ${kind}`} aria-live="polite" aria-atomic="true">
      <p class="verdict-word">
        <span aria-hidden="true">{symbols[kind]}</span> {texts.verdict[kind]}
      </p>
      {finding && (
        <p class="verdict-numbers">
          {texts.verdict.score} <strong>{short(finding.anomalyScore)}</strong>, {texts.verdict.threshold}{" "}
          {short(threshold)}
          <br />
          {texts.verdict.pValue(short(100 * finding.pValue))}
        </p>
      )}
      {finding?.partFault && <p class="verdict-warning">{partFaultTexts[finding.partFault]}</p>}
      {finding?.warnings.map((warning) => (
        <p key={warning} class="verdict-warning">
          {warning}
        </p>
      ))}
    </section>
  );
}
