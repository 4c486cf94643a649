/** Pictures among the good ones that are like none of the others: they must not set the threshold. docs/contamination.md has the measurements. */

const leastScores = 10; // fewer say too little about a tail (ours)
const manyScores = 30; // whose quartiles tell how far good scores spread (ours)
const farFromQuartile = 8; // times as far above the median as the upper quartile (ours)
const farFromNext = 3; // times as far above the median as the next highest score (ours)
const mostOfFew = 0.1; // of the scores that may be left out where they are few (ours)

/**
 * Places of scores that stand apart: of 30 and more, those more than eight times as far above the median as the upper quartile is; of fewer, a tenth at most, the
 * lowest of which is more than three times as far above it as the highest of the others.
 *
 * @param scores - Finite.
 * @param falseAlarmRate - What the others have to support: no more are left out than that.
 * @returns Ascending; none if there are fewer than ten scores.
 */
export function oddScores(scores: readonly number[], falseAlarmRate: number | "auto"): number[] {
  const count = scores.length;
  if (count < leastScores) return [];
  const falling = scores.map((score, place) => ({ score, place })).sort((a, b) => b.score - a.score);
  const median = falling[Math.ceil(count / 2) - 1]?.score ?? 0;
  const above = falling.map(({ score }) => score - median);
  const odd = Math.min(
    count < manyScores ? gapAfter(above) : beyondQuartile(above),
    falseAlarmRate === "auto" ? count : supportedLoss(count, falseAlarmRate),
  );
  return falling
    .slice(0, odd)
    .map(({ place }) => place)
    .sort((a, b) => a - b);
}

/** @param above - How far scores are above their median, descending; a quarter that is no higher than the median says nothing. */
function beyondQuartile(above: readonly number[]): number {
  const quartile = above[Math.ceil(above.length / 4) - 1] ?? 0;
  return quartile > 0 ? above.filter((distance) => distance > farFromQuartile * quartile).length : 0;
}

function gapAfter(above: readonly number[]): number {
  for (let most = Math.floor(mostOfFew * above.length); most > 0; most--) {
    const [lowest = 0, next = 0] = [above[most - 1], above[most]];
    if (lowest > farFromNext * next && lowest > next) return most;
  }
  return 0;
}

/** How many of the scores the rate can do without: n of them support 1 / (n + 1). */
function supportedLoss(count: number, falseAlarmRate: number): number {
  return Math.max(0, Math.floor(count + 1 - 1 / falseAlarmRate + 1e-9));
}
