/** The axis of anomaly scores that all charts share, and the bins of the histogram on it. */

/** A scale for scores and its ends. */
export interface ScoreAxis {
  /** Logarithmic where a few scores are far above all others. */
  readonly type: "linear" | "log";
  /** Lowest and highest score shown; holds all scores and the threshold. */
  readonly domain: readonly [low: number, high: number];
}

/** One bar: the images with low < score <= high. */
export interface ScoreBin {
  /** Lower end, excluded. */
  readonly low: number;
  /** Upper end, included. */
  readonly high: number;
  /** Images in the bin. */
  readonly count: number;
}

/** A highest score this many times the median asks for a logarithmic axis (ours). */
const logarithmicRatio = 30;

/** Scores nearer to each other than this part of their size are one score to the axis: its steps would be lost in rounding (ours). */
const leastSpread = 1e-9;

/** Axis that shows all scores and the threshold. Values that are not finite are left out. */
export function scoreAxis(scores: readonly number[], threshold: number): ScoreAxis {
  const sorted = scores.filter(Number.isFinite).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Infinity;
  const ends = [...sorted.slice(0, 1), ...sorted.slice(-1), threshold].filter(Number.isFinite);
  const low = ends.length > 0 ? Math.min(...ends) : 0;
  const high = ends.length > 0 ? Math.max(...ends) : 1;
  if (low > 0 && high > logarithmicRatio * median) return { type: "log", domain: [low / 1.1, high * 1.1] };
  const size = Math.max(Math.abs(low), Math.abs(high));
  const margin = high - low > leastSpread * size ? 0.02 * (high - low) : size || 1;
  return { type: "linear", domain: [low - margin, high + margin] };
}

/**
 * Counts of scores in equal steps of the axis, one step starting exactly at the threshold: no bar holds images from both
 * sides of it.
 *
 * @param steps - Number of bins that would fill the domain; one more may be returned.
 */
export function scoreBins(
  scores: readonly number[],
  axis: ScoreAxis,
  threshold: number,
  steps: number,
): ScoreBin[] {
  const forward = axis.type === "log" ? Math.log : identity;
  const backward = axis.type === "log" ? Math.exp : identity;
  const [low, high] = [forward(axis.domain[0]), forward(axis.domain[1])];
  const step = (high - low) / steps;
  const start = Number.isFinite(threshold) ? threshold : axis.domain[0];
  const anchor = forward(start);
  const below = Math.ceil((anchor - low) / step); // bins up to the threshold
  const edge = (i: number) => (i === below ? start : backward(anchor + (i - below) * step));
  const counts = new Array<number>(below + Math.ceil((high - anchor) / step)).fill(0);
  for (const score of scores) {
    if (!Number.isFinite(score)) continue;
    const exact = Math.ceil((forward(score) - anchor) / step) - 1 + below;
    const side = score > threshold ? Math.max(exact, below) : Math.min(exact, below - 1); // rounding never crosses over
    const bin = Math.max(0, Math.min(counts.length - 1, side));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, i) => ({ low: edge(i), high: edge(i + 1), count }));
}

function identity(value: number): number {
  return value;
}
