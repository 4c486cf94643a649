/** Whether a part is looked for. */

/** How a training is told to look for a part. */
export const locateModes = ["auto", "on", "off"] as const;

/** One of {@link locateModes}. */
export type LocateMode = (typeof locateModes)[number];
