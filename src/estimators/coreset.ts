/** A few rows that are near all others: greedy choice of centres. */

/** Rows chosen between two pauses in which others get their turn (ours). */
const turn = 64;

/**
 * Numbers of rows such that no row is far from all of them: the first at random's choice, each further one the row farthest from
 * those chosen. At most twice as far as the best choice of as many.
 *
 * @param rows - float32 [n, D], finite.
 * @param options - `first`: the row to begin with; `pause`: awaited every {@link turn} rows, to let others work or to stop by throwing.
 * @returns `count` numbers in the order of choice; all that differ where there are fewer.
 * @see Gonzalez 1985, "Clustering to minimize the maximum intercluster distance"; Roth et al. 2022, arXiv:2106.08265, algorithm 1
 */
export async function coreset(
  rows: Float32Array,
  dimensions: number,
  options: {
    readonly count: number;
    readonly first: number;
    readonly pause: (chosen: number) => Promise<void>;
  },
): Promise<number[]> {
  const { count, first, pause } = options;
  const nearest = new Float64Array(rows.length / dimensions).fill(Number.POSITIVE_INFINITY);
  const chosen: number[] = [];
  let next = first;
  while (chosen.length < Math.min(count, nearest.length)) {
    chosen.push(next);
    const { farthest, distance } = approach(nearest, { rows, dimensions, center: next });
    if (distance === 0) break;
    next = farthest;
    if (chosen.length % turn === 0) await pause(chosen.length);
  }
  return chosen;
}

/** Lowers each row's squared distance to the nearest centre to that of a new one; tells the row that is now farthest. */
function approach(
  nearest: Float64Array,
  {
    rows,
    dimensions,
    center,
  }: { readonly rows: Float32Array; readonly dimensions: number; readonly center: number },
): { readonly farthest: number; readonly distance: number } {
  const middle = rows.slice(center * dimensions, (center + 1) * dimensions);
  let [farthest, distance] = [center, 0];
  for (let row = 0, at = 0; row < nearest.length; row++, at += dimensions) {
    let sum = 0;
    for (let i = 0; i < dimensions; i++) {
      const difference = (rows[at + i] as number) - (middle[i] as number);
      sum += difference * difference;
    }
    const least = Math.min(sum, nearest[row] as number);
    nearest[row] = least;
    if (least > distance) [farthest, distance] = [row, least];
  }
  return { farthest, distance };
}
