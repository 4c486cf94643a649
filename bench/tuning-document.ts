/** What `npm run tune` writes. */
import { z } from "zod";

const changesSchema: z.ZodType<Readonly<Record<string, unknown>>> = z.record(z.string(), z.unknown());

/** One setting, scored. */
export interface TuningTrial {
  /** Settings that differ from the method's own. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Mean over the sets of (image AUROC + pixel AUROC) / 2. */
  readonly mean: number;
  readonly sets: readonly {
    readonly set: string;
    readonly imageAuroc: number;
    readonly pixelAuroc: number;
  }[];
}

/** All trials of some methods. */
export interface TuningDocument {
  readonly format: 1;
  readonly date: string;
  readonly software: Readonly<Record<string, string>>;
  /** Largest side of the pictures in pixels. */
  readonly sizePx: number;
  readonly seed: number;
  /** By which the mean must rise for a value to be kept. */
  readonly smallestGain: number;
  readonly sets: readonly {
    readonly name: string;
    readonly contentHash: string;
    readonly learned: number;
    readonly goodImages: number;
    readonly plantedImages: number;
  }[];
  readonly methods: readonly {
    readonly method: string;
    /** Its settings when the tuning began. */
    readonly own: Readonly<Record<string, unknown>>;
    readonly trials: readonly TuningTrial[];
    readonly chosen: Readonly<Record<string, unknown>>;
  }[];
}

/** Schema of a {@link TuningDocument}. */
export const tuningDocumentSchema: z.ZodType<TuningDocument> = z.object({
  format: z.literal(1),
  date: z.string(),
  software: z.record(z.string(), z.string()),
  sizePx: z.number(),
  seed: z.number(),
  smallestGain: z.number(),
  sets: z.array(
    z.object({
      name: z.string(),
      contentHash: z.string(),
      learned: z.number(),
      goodImages: z.number(),
      plantedImages: z.number(),
    }),
  ),
  methods: z.array(
    z.object({
      method: z.string(),
      own: changesSchema,
      trials: z.array(
        z.object({
          changes: changesSchema,
          mean: z.number(),
          sets: z.array(z.object({ set: z.string(), imageAuroc: z.number(), pixelAuroc: z.number() })),
        }),
      ),
      chosen: changesSchema,
    }),
  ),
});
