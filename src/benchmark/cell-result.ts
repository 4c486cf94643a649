/** What is known of a cell once it has run: a file of the cache, so that no cell runs twice. */
import * as z from "../base/schema.ts";
import { type CellFacts, cellFactsSchema } from "./cell-facts.ts";
import { type Figures, figureNames } from "./figures.ts";

/** One example seen by one method. */
export interface CellPicture {
  /** Path within the set. */
  readonly path: string;
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: number;
  readonly score: number;
  readonly isAnomalous: boolean;
  /** Its anomaly map in colours, `data:image/webp;base64,...`. */
  readonly heatMap: string;
}

/** Result of a cell. */
export interface CellResult {
  readonly format: 1;
  readonly figures: Figures;
  readonly facts: CellFacts;
  readonly pictures: readonly CellPicture[];
}

const figure = z.number().nullable();
const names = z.enum(figureNames);

/** Schema of a result; files may have been changed, so it is checked when read. */
export const cellResultSchema: z.ZodType<CellResult> = z.object({
  format: z.literal(1),
  figures: z.record(names, figure),
  facts: cellFactsSchema,
  pictures: z.array(
    z.object({
      path: z.string(),
      className: z.string(),
      label: z.number(),
      score: z.number(),
      isAnomalous: z.boolean(),
      heatMap: z.string().regex(/^data:image\/(?:webp|png);base64,[A-Za-z0-9+/]+=*$/),
    }),
  ),
});
