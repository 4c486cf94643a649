/** Which images belong together, by their names. */
import { OptionError } from "../base/errors.ts";

/** The pattern, checked. @throws {OptionError} E_OPTION if it is no regular expression. */
export function groupPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "u");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OptionError(`group: expected a regular expression, got "${pattern}" (${reason}).`, { cause });
  }
}

/**
 * The group of each image: the pattern's first group in its path, or the whole match where the pattern has none; null where it does not match.
 *
 * @param paths - Relative to the data's folder, so that the names of folders above it do not count.
 * @throws {OptionError} E_OPTION if no path matches: then the pattern is not what was meant.
 */
export function groupNames(paths: readonly string[], pattern: RegExp): (string | null)[] {
  const names = paths.map((path) => {
    const match = pattern.exec(path);
    return match === null ? null : (match[1] ?? match[0]);
  });
  if (names.some((name) => name !== null)) return names;
  throw new OptionError(
    `group: expected a pattern that matches paths such as ${paths[0] ?? "none"}, got "${pattern.source}", which matches none of ${paths.length}.`,
  );
}
