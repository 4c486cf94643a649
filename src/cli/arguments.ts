/** Strict arguments: citty parses and renders what is declared; whatever it would let pass unseen is refused here. */
import { parseArgs as tokenize } from "node:util";
import { type ArgsDef, parseArgs } from "citty";
import { nearest } from "../base/check.ts";
import { UsageError } from "./errors.ts";

/** Bounds of a number. */
export interface NumberRange {
  readonly integer?: boolean;
  readonly minimum?: number;
  /** Exclusive. */
  readonly above?: number;
}

/** Arguments of one call of a command. */
export class Arguments {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #texts: ReadonlyMap<string, readonly string[]>;
  /** Arguments without a name, in order. */
  readonly positionals: readonly string[];

  /** @param values - What was given, by declared name, the last of each. @param texts - All that was given of each. */
  constructor(
    values: Readonly<Record<string, unknown>>,
    positionals: readonly string[],
    texts: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.#values = values;
    this.#texts = texts;
    this.positionals = positionals;
  }

  /** A text option; undefined if it was not given. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Every value of an option that may be given several times, in order. */
  texts(name: string): readonly string[] {
    return this.#texts.get(name) ?? [];
  }

  /** Whether a switch is on. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** A number. @throws {UsageError} if it is none, or out of its range. */
  number(name: string, range: NumberRange = {}): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const { integer = false, minimum = -Infinity, above = -Infinity } = range;
    const isInRange = value >= minimum && value > above && (!integer || Number.isInteger(value));
    if (Number.isFinite(value) && isInRange) return value;
    const bound =
      range.minimum !== undefined ? ` >= ${minimum}` : range.above !== undefined ? ` > ${above}` : "";
    throw new UsageError(
      `--${name}: expected ${integer ? "an integer" : "a number"}${bound}, got ${JSON.stringify(text)}.`,
    );
  }

  /** One of several words. @throws {UsageError} if it is none of them; the message offers the nearest. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw new UsageError(
      `--${name}: expected one of ${choices.join(", ")}, got ${JSON.stringify(text)}.${suggestion(text, choices)}`,
    );
  }
}

/**
 * Reads the arguments of a command.
 *
 * @param raw - What follows the command's name.
 * @param declared - Its arguments; positional ones in order.
 * @param options - `isRepeated`: the last positional argument may come any number of times.
 * @throws {UsageError} on an unknown option, a missing or superfluous argument, an option without its value.
 */
export function readArguments(
  raw: readonly string[],
  declared: ArgsDef,
  options: { readonly isRepeated?: boolean } = {},
): Arguments {
  const positionals: string[] = [];
  const texts = new Map<string, string[]>();
  for (const token of tokensOf(raw, declared)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    checkOption(token, declared);
    if (token.value !== undefined) texts.set(token.name, [...(texts.get(token.name) ?? []), token.value]);
  }
  checkPositionals(positionals, declared, options.isRepeated ?? false);
  return new Arguments(parseArgs([...raw], declared), positionals, texts);
}

type Token = NonNullable<ReturnType<typeof tokenize>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(raw: readonly string[], declared: ArgsDef): readonly Token[] {
  const options = Object.entries(declared).flatMap(([name, { type, ...rest }]) => {
    if (type === "positional") return [];
    const short = "alias" in rest && typeof rest.alias === "string" ? { short: rest.alias } : {};
    return [[name, { type: type === "boolean" ? "boolean" : "string", ...short } as const] as const];
  });
  return tokenize({
    args: [...raw],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken, declared: ArgsDef): void {
  const names = Object.keys(declared).filter((known) => declared[known]?.type !== "positional");
  if (!names.includes(name)) {
    const near = nearest(name, names);
    throw new UsageError(`unknown option ${rawName}.${near ? ` Did you mean --${near}?` : ""}`);
  }
  if (declared[name]?.type === "boolean") {
    if (value === undefined || value === "true" || value === "false") return;
    throw new UsageError(`${rawName}: expected no value, got ${JSON.stringify(value)}.`);
  }
  if (value === undefined || value === "" || (!inlineValue && value.startsWith("--"))) {
    throw new UsageError(`${rawName}: expected a value, got ${value || "none"}.`);
  }
}

function checkPositionals(given: readonly string[], declared: ArgsDef, isRepeated: boolean): void {
  const expected = Object.entries(declared).filter(([, { type }]) => type === "positional");
  const missing = expected[given.length];
  if (missing !== undefined && missing[1].required !== false) {
    throw new UsageError(`missing argument <${missing[0]}>: ${missing[1].description ?? ""}.`);
  }
  const extra = given[expected.length];
  if (extra !== undefined && !isRepeated)
    throw new UsageError(`unexpected argument ${JSON.stringify(extra)}.`);
}

function suggestion(text: string, choices: readonly string[]): string {
  const near = nearest(text, choices);
  return near ? ` Did you mean ${JSON.stringify(near)}?` : "";
}
