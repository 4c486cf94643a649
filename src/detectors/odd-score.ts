/** One picture among the good ones that is like none of them: it must not set the threshold. */

const leastScores = 10; // fewer say too little about a tail (ours)
const farOut = 3; // times as far above the median as the next highest score (ours)

/**
 * Place of a score that stands alone: above the median three times as far as the next highest is.
 *
 * At most one does. Where scores have an exponential tail, 5 % of samples of 20 have such a score, 0.6 % of samples of 60 and 0.1 % of 150; where they
 * have the normal or Gumbel's tail, fewer.
 *
 * @param scores - Finite.
 * @param falseAlarmRate - What the others have to support.
 * @returns null if there is none, there are fewer than ten scores, or the others are too few for the rate.
 */
export function oddScore(scores: readonly number[], falseAlarmRate: number | "auto"): number | null {
  const supported = falseAlarmRate === "auto" || falseAlarmRate * scores.length >= 1; // n - 1 scores support 1 / n
  if (scores.length < leastScores || !supported) return null;
  const rising = [...scores].sort((a, b) => a - b);
  const [highest = 0, next = 0] = [rising.at(-1), rising.at(-2)];
  const median = rising[Math.floor(rising.length / 2)] ?? 0;
  return highest - median > farOut * (next - median) && highest > next ? scores.indexOf(highest) : null;
}
