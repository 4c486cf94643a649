/** What can be rendered: the kinds of surface, the looks each comes in, the defects each can have. */

/** "print": top layer of a filament print, seen from above; "machined": steel with tool marks. */
export type SurfaceKind = "print" | "machined";

/** All {@link SurfaceKind} values. */
export const surfaceKinds: readonly SurfaceKind[] = ["print", "machined"];

/** Defects of prints, named as folders in `test/` are. */
export const printDefects = [
  "under_extrusion",
  "blob",
  "stringing",
  "gap",
  "foreign_particle",
  "scorch",
] as const;

/** Defects of machined steel, named as folders in `test/` are. */
export const machinedDefects = ["scratch", "dent", "rust", "chatter"] as const;

/** A defect of a print. */
export type PrintDefect = (typeof printDefects)[number];

/** A defect of machined steel. */
export type MachinedDefect = (typeof machinedDefects)[number];

/** Any defect that can be planted. */
export type DefectName = PrintDefect | MachinedDefect;

/** Colours of filament. */
export const filamentNames = ["orange", "graphite", "teal", "ivory", "red", "blue"] as const;

/** Ways to machine steel. */
export const finishNames = ["milled", "brushed", "turned"] as const;

/** Colour of the filament of a print. */
export type FilamentName = (typeof filamentNames)[number];

/** How steel was machined. */
export type FinishName = (typeof finishNames)[number];

/** Filament of a print, or finish of machined steel: what all parts of one batch have in common. */
export type LookName = FilamentName | FinishName;

/**
 * Names of the defects that a surface of this kind can have.
 *
 * @example
 * defectNames("machined"); //=> ["scratch", "dent", "rust", "chatter"]
 */
export function defectNames(kind: SurfaceKind): readonly DefectName[] {
  return kind === "print" ? printDefects : machinedDefects;
}

/** Names of the looks that a surface of this kind can have. */
export function lookNames(kind: SurfaceKind): readonly LookName[] {
  return kind === "print" ? filamentNames : finishNames;
}
