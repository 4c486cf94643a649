/**
 * Whether numbers that come one after the other still come from where they came: a conformal test martingale.
 *
 * Each number gets its rank among all before it, ties broken at random: as long as the order of the numbers means nothing, these p-values
 * are independent and uniform. The martingale bets against that; it is the "Simple Jumper" of Vovk, Petej, Nouretdinov, Ahlberg, Carlsson
 * and Gammerman, "Retrain or not retrain: conformal test martingales for change-point detection" (COPA 2021), Algorithm 1, with its
 * jumping rate of 0.01.
 */
import { checkNumber } from "../base/check.ts";
import type { Random } from "../base/random.ts";

const jumpingRate = 0.01;
/** What may be bet on: that p-values are small, nothing, or large. */
const bets = [-1, 0, 1] as const;

/**
 * A martingale over a stream of numbers.
 *
 * While the stream is exchangeable with its reference, the chance that it ever exceeds 1 / a is at most a, however long the stream
 * (Ville's inequality): an alarm above 100 has a false-alarm rate of 1 % for the whole run, not for each number.
 *
 * @example
 * const steady = new ConformalMartingale([1, 2, 3, 4], new Random(0));
 * for (let i = 0; i < 100; i++) steady.add(1 + (i % 4));
 * steady.value < 100; //=> true
 * const drifting = new ConformalMartingale([1, 2, 3, 4], new Random(0));
 * for (let i = 0; i < 100; i++) drifting.add(5 + i);
 * drifting.value > 100; //=> true
 */
export class ConformalMartingale {
  /** All numbers so far, ascending. */
  readonly #sorted: number[];
  readonly #random: Pick<Random, "uniform">;
  #capital: number[] = bets.map(() => 1 / bets.length);
  #largest = 1;

  /**
   * @param reference - Numbers that came before, such as the scores that a threshold was set with; may be empty.
   * @param random - Breaks ties.
   * @throws {OptionError} E_OPTION if one is not finite.
   */
  constructor(reference: readonly number[], random: Pick<Random, "uniform">) {
    for (const [i, value] of reference.entries()) checkNumber(`reference[${i}]`, value);
    this.#sorted = reference.toSorted((a, b) => a - b);
    this.#random = random;
  }

  /** How strongly the numbers so far speak against exchangeability; 1 at the start. */
  get value(): number {
    return this.#capital.reduce((sum, part) => sum + part, 0);
  }

  /** The largest value so far: what an alarm is raised by. */
  get largest(): number {
    return this.#largest;
  }

  /**
   * Takes the next number.
   *
   * @returns Its p-value, in [0, 1]: the share of numbers so far that are larger, ties and itself counted in part.
   * @throws {OptionError} E_OPTION if it is not finite.
   */
  add(value: number): number {
    checkNumber("value", value);
    const from = this.#first((other) => other >= value);
    const to = this.#first((other) => other > value);
    const count = this.#sorted.length + 1;
    const larger = this.#sorted.length - to;
    const pValue = (larger + this.#random.uniform() * (to - from + 1)) / count;
    this.#sorted.splice(to, 0, value);
    const shared = (this.value * jumpingRate) / bets.length;
    this.#capital = this.#capital.map(
      (part, i) => ((1 - jumpingRate) * part + shared) * (1 + (bets[i] ?? 0) * (pValue - 0.5)),
    );
    this.#largest = Math.max(this.#largest, this.value);
    return pValue;
  }

  /** Index of the first number for which `isPast` holds. */
  #first(isPast: (other: number) => boolean): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isPast(this.#sorted[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
