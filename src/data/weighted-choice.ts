/** Drawing one of several kinds by their shares. */
import { invariant } from "../base/check.ts";
import type { Random } from "../base/random.ts";

/**
 * One of `kinds`, each with the chance of its share.
 *
 * @param kinds - At least one; the shares sum to 1, and rounding goes to the first.
 * @param random - Moved by one number.
 */
export function weightedChoice<T extends { readonly share: number }>(kinds: readonly T[], random: Random): T {
  let rest = random.uniform();
  const chosen = kinds.find(({ share }) => {
    rest -= share;
    return rest < 0;
  });
  const kind = chosen ?? kinds[0];
  invariant(kind, "a choice of no kinds");
  return kind;
}
