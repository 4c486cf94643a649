/** The two pictures of a training: how the loss falls, and where held-out pictures score. */
import type { JSX } from "preact";
import { texts } from "./texts.ts";

const [width, height] = [600, 140];

/** Losses on a logarithmic scale, with their running mean. */
export function LossCurve({ losses }: { readonly losses: readonly number[] }): JSX.Element {
  const logs = losses.map((loss) => Math.log(Math.max(1e-9, loss)));
  const [low, high] = [Math.min(...logs), Math.max(...logs)];
  const at = (log: number, i: number): string =>
    `${((i / Math.max(1, logs.length - 1)) * width).toFixed(1)},${(height - 6 - ((log - low) / (high - low || 1)) * (height - 12)).toFixed(1)}`;
  let mean = logs[0] ?? 0;
  const smooth = logs.map((log) => {
    mean += 0.08 * (log - mean);
    return mean;
  });
  return (
    <figure>
      <svg
        class="plot"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={texts.plots.loss}
        preserveAspectRatio="none"
      >
        <polyline class="plot-faint" points={logs.map(at).join(" ")} />
        <polyline class="plot-line" points={smooth.map(at).join(" ")} />
      </svg>
      <figcaption>{texts.plots.loss}</figcaption>
    </figure>
  );
}

/** A point for each held-out picture, and the threshold. */
export function HeldOutScores({
  scores,
  threshold,
}: {
  readonly scores: readonly number[];
  readonly threshold: number;
}): JSX.Element {
  const most = Math.max(threshold, ...scores) * 1.08 || 1;
  const label = texts.plots.heldOut(scores.length);
  const x = (score: number): number => 8 + (score / most) * (width - 16);
  return (
    <figure>
      <svg class="plot scores" viewBox={`0 0 ${width} 60`} role="img" aria-label={label}>
        <line class="plot-axis" x1="0" x2={width} y1="50" y2="50" />
        <line class="plot-threshold" x1={x(threshold)} x2={x(threshold)} y1="4" y2="56" />
        {scores.map((score, i) => (
          <circle key={i} class="plot-point" cx={x(score)} cy={38 - (i % 3) * 12} r="5" />
        ))}
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
