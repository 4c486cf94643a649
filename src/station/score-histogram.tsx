/** How often good parts and confirmed defects score how high, and the threshold between them. */
import { bin } from "d3-array";
import { scaleLinear } from "d3-scale";
import type { JSX } from "preact";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";

const words = texts.station.threshold;
const [width, height, foot, margin] = [720, 260, 28, 16];
const bins = 40;

/** What is drawn. */
export interface ScoreHistogramProps {
  readonly good: readonly number[];
  readonly defects: readonly number[];
  /** Where the scale of scores ends. */
  readonly most: number;
  /** The one that is tried. */
  readonly threshold: number;
  /** The one of the version that scores. */
  readonly active: number;
}

/** Good parts stand on the axis, defects hang on them in the same bins' other half, so that neither hides the other. */
export function ScoreHistogram({ good, defects, most, threshold, active }: ScoreHistogramProps): JSX.Element {
  const x = scaleLinear([0, most], [margin, width - margin]);
  const edges = Array.from({ length: bins - 1 }, (_, i) => ((i + 1) / bins) * most);
  const binned = bin().domain([0, most]).thresholds(edges);
  const kinds = [
    ["good", binned([...good])],
    ["defect", binned([...defects])],
  ] as const;
  const tallest = Math.max(1, ...kinds.flatMap(([, columns]) => columns.map(({ length }) => length)));
  const y = scaleLinear([0, tallest], [0, height - foot - 8]);
  const label = words.histogram(good.length, defects.length, short(threshold));
  const half = (width - 2 * margin) / bins / 2;
  return (
    <figure>
      <svg class="histogram" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {kinds.map(([kind, columns], side) =>
          columns.map(({ x0 = 0, length }, i) => (
            <rect
              key={`${kind} ${i}`}
              class={`bar ${kind}`}
              x={x(x0) + side * half}
              y={height - foot - y(length)}
              width={half - 0.5}
              height={y(length)}
            />
          )),
        )}
        <line class="plot-axis" x1="0" x2={width} y1={height - foot} y2={height - foot} />
        {x.ticks(8).map((tick) => (
          <text key={tick} class="tick" x={x(tick)} y={height - 6}>
            {tick}
          </text>
        ))}
        <line class="plot-active" x1={x(active)} x2={x(active)} y1="0" y2={height - foot} />
        <line class="plot-threshold" x1={x(threshold)} x2={x(threshold)} y1="0" y2={height - foot} />
      </svg>
      <figcaption class="row">
        <span class="key good">{words.keyGood(good.length)}</span>
        <span class="key defect">{words.keyDefects(defects.length)}</span>
        <span class="key active">{words.keyActive(short(active))}</span>
        <span class="key tried">{words.keyTried}</span>
      </figcaption>
    </figure>
  );
}
