/** Kinds of work that a station hands out; a worker takes one of them or both. */
export const workKinds = ["scoring", "training"] as const;

/** One of {@link workKinds}. */
export type WorkKind = (typeof workKinds)[number];
