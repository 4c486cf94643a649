/** Choosing between variants by leaving one set out: whether a choice made on all sets but one holds on that one. */

/** A figure of one variant on one set. */
export interface VariantFigure {
  readonly set: string;
  readonly variant: string;
  /** The higher the better, e.g. image AUROC; seeds of a set are averaged. */
  readonly value: number;
}

/** What leaving one set out tells. */
export interface LeftOut {
  /** The set that the choice did not see. */
  readonly set: string;
  /** The variant with the highest mean over the other sets; the first of those that share it. */
  readonly chosen: string;
  /** Its figure on the set left out. */
  readonly value: number;
  /** The figure there of the variant that is compared with. */
  readonly reference: number;
}

/**
 * A choice for each set, made on the others.
 *
 * @param reference - The variant to compare with, e.g. the one that is the default today.
 * @returns A row for each set, in the order of their first figures; none if there are fewer than two sets.
 */
export function leaveOneOut(figures: readonly VariantFigure[], reference: string): LeftOut[] {
  const sets = [...new Set(figures.map(({ set }) => set))];
  const variants = [...new Set(figures.map(({ variant }) => variant))];
  if (sets.length < 2) return [];
  const meanOf = (variant: string, on: readonly string[]) =>
    mean(
      on.map((set) =>
        mean(
          figures
            .filter((figure) => figure.set === set && figure.variant === variant)
            .map(({ value }) => value),
        ),
      ),
    );
  return sets.map((set) => {
    const others = sets.filter((other) => other !== set);
    const ranked = variants.toSorted((a, b) => meanOf(b, others) - meanOf(a, others));
    const chosen = ranked[0] ?? reference;
    return { set, chosen, value: meanOf(chosen, [set]), reference: meanOf(reference, [set]) };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
