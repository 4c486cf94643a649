/** Options as they come in from outside, checked once: what they are called, and what each may be. */
import { checkChoice, checkInteger, checkNumber, describe, nearest } from "./check.ts";
import { OptionError } from "./errors.ts";

/** Throws an OptionError that names the option unless its value is of its kind. */
export type OptionCheck = (name: string, value: unknown) => void;

/** A check for each option there is, so that none is forgotten. */
export type OptionChecks<T> = Readonly<Record<keyof T, OptionCheck>>;

/**
 * Throws unless `given` is an object of known options, each of its kind; `undefined` is as left out.
 *
 * @param where - The function they were given to.
 * @param hints - What to say of names that are likely to be tried.
 * @throws {OptionError} E_OPTION; the message offers the nearest name.
 */
export function checkOptions<T extends object>(
  where: string,
  given: T,
  checks: OptionChecks<T>,
  hints: Readonly<Record<string, string>> = {},
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new OptionError(`${where}: expected its options as one object, got ${describe(given)}.`);
  }
  const known: ReadonlyMap<string, OptionCheck> = new Map(Object.entries<OptionCheck>(checks));
  for (const [name, value] of Object.entries(given)) {
    const check = known.get(name);
    if (check === undefined) throw unknownOption(where, name, [...known.keys()], hints[name]);
    if (value !== undefined) check(name, value);
  }
}

function unknownOption(
  where: string,
  name: string,
  known: readonly string[],
  hint: string | undefined,
): OptionError {
  const near = nearest(name, known);
  const remedy = hint ?? (near === undefined ? `There are ${known.join(", ")}.` : `Did you mean ${near}?`);
  return new OptionError(
    `${where}: expected options that it has, got ${JSON.stringify(name.slice(0, 40))}. ${remedy}`,
  );
}

/** An integer of at least `minimum` and at most `maximum`. */
export function integerFrom(minimum: number, maximum?: number): OptionCheck {
  return (name, value) => checkInteger(name, value, { minimum, ...(maximum !== undefined && { maximum }) });
}

/** One of `choices`. */
export function oneOf(choices: readonly string[]): OptionCheck {
  return (name, value) => checkChoice(name, value, choices);
}

/** Any finite number. */
export const finiteNumber: OptionCheck = (name, value) => checkNumber(name, value);

/** true or false. */
export const flag: OptionCheck = ofType("boolean", "true or false");

/** A text that is not empty. */
export const text: OptionCheck = (name, value) => {
  if (typeof value !== "string" || value === "") throw unlike(name, "a text that is not empty", value);
};

/** A function of the caller's. */
export const callback: OptionCheck = ofType("function", "a function");

/** A list of texts. */
export const texts: OptionCheck = (name, value) => {
  if (!Array.isArray(value)) throw unlike(name, "a list of texts", value);
  for (const [i, entry] of value.entries()) text(`${name}[${i}]`, entry);
};

/** An AbortSignal, of whichever realm. */
export const abortSignal: OptionCheck = (name, value) => {
  const isSignal =
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "aborted") === "boolean" &&
    typeof Reflect.get(value, "addEventListener") === "function";
  if (!isSignal) throw unlike(name, "an AbortSignal", value);
};

/** What is checked where it is used. */
export const anything: OptionCheck = () => {};

function ofType(type: "boolean" | "function", what: string): OptionCheck {
  return (name, value) => {
    if (typeof value !== type) throw unlike(name, what, value);
  };
}

function unlike(name: string, expected: string, value: unknown): OptionError {
  return new OptionError(`${name}: expected ${expected}, got ${describe(value)}.`);
}
