/** Argument checks with full sentences, shared by every layer. */
import { OptionError, RadarError } from "./errors.ts";

/** Text of a value for an error message: numbers with at most 6 digits, the type of what is no number. */
export function describe(value: unknown): string {
  if (typeof value === "number") return formatNumber(value);
  if (typeof value === "string") return `${JSON.stringify(value)} (string)`;
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(", ")}]`;
  return `${typeof value}`;
}

/** A number with at most six significant digits, as error messages and tables print it. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : String(value);
}

/**
 * Throws unless `value` is an integer within [minimum, maximum].
 *
 * @throws {OptionError} E_OPTION naming the option, its range and what came.
 */
export function checkInteger(
  name: string,
  value: unknown,
  range: { minimum?: number; maximum?: number } = {},
): asserts value is number {
  const { minimum = -Infinity, maximum = Infinity } = range;
  if (typeof value !== "number" || !Number.isInteger(value) || value < minimum || value > maximum) {
    throw new OptionError(`${name}: expected an integer${rangeText(range)}, got ${describe(value)}.`);
  }
}

/**
 * Throws unless `value` is a finite number within [minimum, maximum], or strictly above `above`, or strictly below `below`.
 *
 * @throws {OptionError} E_OPTION naming the option, its range and what came.
 */
export function checkNumber(
  name: string,
  value: unknown,
  range: { minimum?: number; maximum?: number; above?: number; below?: number } = {},
): asserts value is number {
  const ok =
    typeof value === "number" &&
    Number.isFinite(value) &&
    value >= (range.minimum ?? -Infinity) &&
    value <= (range.maximum ?? Infinity) &&
    value > (range.above ?? -Infinity) &&
    value < (range.below ?? Infinity);
  if (!ok)
    throw new OptionError(`${name}: expected a finite number${rangeText(range)}, got ${describe(value)}.`);
}

/**
 * Throws unless `value` is one of `choices`; the message offers the nearest one.
 *
 * @throws {OptionError} E_OPTION listing the choices.
 */
export function checkChoice<T extends string>(
  name: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return;
  const near = typeof value === "string" ? nearest(value, choices) : undefined;
  const list = choices.map((choice) => JSON.stringify(choice)).join(", ");
  throw new OptionError(
    `${name}: expected one of ${list}, got ${describe(value)}.${near ? ` Did you mean ${JSON.stringify(near)}?` : ""}`,
  );
}

/** The first of `choices` that has `word` as one of its words, else the one within edit distance 3 (and half its length), or undefined. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const whole = choices.find((choice) => wordsOf(choice).includes(word.toLowerCase()));
  if (whole !== undefined) return whole;
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const choice of choices) {
    const distance = editDistance(word.toLowerCase(), choice.toLowerCase());
    if (distance < bestDistance && distance <= Math.min(3, Math.ceil(choice.length / 2))) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best;
}

/** Marks a branch that the types rule out; reaching it is a fault of ours. */
export function assertNever(value: never, where: string): never {
  throw new RadarError(
    "E_INTERNAL",
    `${where}: internal: unexpected value ${describe(value)}. Please report this.`,
  );
}

/** Throws E_INTERNAL unless `condition` holds: for what can only fail through a fault of ours. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new RadarError("E_INTERNAL", `internal: ${message}. Please report this.`);
}

function rangeText(range: { minimum?: number; maximum?: number; above?: number; below?: number }): string {
  const parts = [
    range.minimum === undefined ? "" : `>= ${range.minimum}`,
    range.above === undefined ? "" : `> ${range.above}`,
    range.maximum === undefined ? "" : `<= ${range.maximum}`,
    range.below === undefined ? "" : `< ${range.below}`,
  ].filter((part) => part !== "");
  return parts.length > 0 ? ` ${parts.join(" and ")}` : "";
}

/** "image-size" and "imageSize" have the words image and size. */
function wordsOf(name: string): string[] {
  return name.split(/-|(?=[A-Z])/).map((word) => word.toLowerCase());
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
