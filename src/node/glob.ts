/** Patterns of paths, as shells have them: `*`, `?`, `[a-z]`, `{a,b}` and `**` for any folders. */

const special = /[*?[\]{}]/;

/** Whether a path has a sign that a pattern gives a meaning to. */
export function isGlob(path: string): boolean {
  return special.test(path);
}

/** A pattern, taken apart for a search. */
export interface Glob {
  /** The folders before the first sign with a meaning, "." if there are none: where to search. */
  readonly base: string;
  /** Levels of folders below `base` that can hold a match; Infinity where `**` stands. */
  readonly depth: number;
  /** Whether a path, with forward slashes and beginning as the pattern does, is meant. */
  readonly matches: (path: string) => boolean;
}

/**
 * Reads a pattern. A backslash takes the meaning from the sign behind it.
 *
 * @param pattern - With forward slashes; a leading "./" says nothing.
 * @example
 * const { base, depth, matches } = parseGlob("inbox/day?/*.{png,jpg}");
 * [base, depth]; //=> ["inbox", 1]
 * [matches("inbox/day1/a.jpg"), matches("inbox/day12/a.jpg"), matches("inbox/day1/b/a.jpg")]; //=> [true, false, false]
 */
export function parseGlob(pattern: string): Glob {
  const plain = pattern.replace(/^(?:\.\/+)+/, "").replaceAll(/\/{2,}/g, "/");
  const segments = plain.split("/");
  const first = segments.findIndex((segment) => isGlob(segment.replaceAll(/\\./g, "")));
  const folders = segments.slice(0, first < 0 ? -1 : first).join("/");
  const below = segments.slice(first < 0 ? -1 : first);
  const isDeep = below.some((segment) => segment.includes("**")) || /\{[^}]*\//.test(plain);
  const expression = expressionOf(plain);
  return {
    base: unescaped(folders) || (plain.startsWith("/") ? "/" : "."),
    depth: isDeep ? Number.POSITIVE_INFINITY : below.length - 1,
    matches: (path) => expression?.test(path) ?? false,
  };
}

/** Null where the pattern says nothing, such as a range that runs backwards. */
function expressionOf(pattern: string): RegExp | null {
  try {
    return new RegExp(`^${sourceOf(pattern)}$`, "u");
  } catch {
    return null;
  }
}

/** The regular expression of a pattern, sign by sign. */
function sourceOf(pattern: string): string {
  const signs = pattern.match(/\*\*\/|\*\*|\*|\?|\[[!^]?\]?[^\]/]*\]|\\.|[\s\S]/gu) ?? [];
  const hasBraces = count(signs, "{") === count(signs, "}");
  let open = 0;
  return signs
    .map((sign) => {
      if (sign === "**/") return "(?:[^/]+/)*";
      if (sign === "**") return ".*";
      if (sign === "*") return "[^/]*";
      if (sign === "?") return "[^/]";
      if (sign.length > 2) return characterClass(sign.slice(1, -1));
      if (sign.length === 2) return literal(sign.slice(1));
      if (!hasBraces || !"{,}".includes(sign) || (sign === "," && open === 0)) return literal(sign);
      if (sign === ",") return "|";
      open += sign === "{" ? 1 : -1;
      return sign === "{" ? "(?:" : ")";
    })
    .join("");
}

function characterClass(inside: string): string {
  const isNegated = /^[!^]/.test(inside);
  const characters = (isNegated ? inside.slice(1) : inside).replaceAll(/[\\\][^]/g, "\\$&");
  return `(?!/)[${isNegated ? "^" : ""}${characters}]`;
}

function count(signs: readonly string[], wanted: string): number {
  return signs.filter((sign) => sign === wanted).length;
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}
