/** What was found before: look, export, say what a part was. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { stream } from "hono/streaming";
import { AbortError } from "../base/errors.ts";
import { csvLine } from "../node/csv.ts";
import { imageFormat } from "../node/image-format.ts";
import { checked } from "./check-request.ts";
import type { VerdictTable } from "./history/database.ts";
import { problemAnswers } from "./problem-answers.ts";
import type { PastVerdict } from "./protocol.ts";
import { detectorName, historySchema, pastVerdictSchema, saidSchema } from "./schemas.ts";
import type { Station } from "./station.ts";

const tags = ["history"];
const isoTime = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });
const filter = {
  detector: detectorName.optional(),
  version: z.string().max(64).optional(),
  anomalous: z.enum(["true", "false"]).optional(),
  truth: z.enum(["good", "defect", "unknown"]).optional(),
  from: isoTime.optional(),
  to: isoTime.optional(),
};
const page = z.object({
  ...filter,
  before: z.string().max(64).optional().openapi({ description: "The last id of the page before." }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
const params = z.object({ id: z.string().max(64) });
const columns = [
  "id",
  "time",
  "detector",
  "version",
  "imageName",
  "imageHash",
  "anomalyScore",
  "pValue",
  "threshold",
  "isAnomalous",
  "latencyMs",
  "warnings",
  "caller",
  "truth",
  "note",
] as const;

/** Adds the routes. */
export function addHistoryRoutes(app: OpenAPIHono, { history }: Station): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v1/history",
      tags,
      summary: "Verdicts, the newest first",
      request: { query: page },
      responses: {
        200: { description: "A page", content: { "application/json": { schema: historySchema } } },
        ...problemAnswers(400, 401),
      },
    }),
    async (c) => {
      const { anomalous, ...query } = c.req.valid("query");
      const found = await history.find({ ...query, isAnomalous: flagOf(anomalous) });
      const next = found.length === query.limit ? (found.at(-1)?.id ?? null) : null;
      return c.json({ verdicts: found.map(pastVerdict), next }, 200);
    },
  );
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/history.csv",
    tags,
    summary: "All verdicts that fit, as CSV, the newest first",
    request: { query: z.object(filter) },
    responses: {
      200: { description: "CSV", content: { "text/csv": { schema: { type: "string" } } } },
      ...problemAnswers(400, 401),
    },
  });
  app.get("/v1/history.csv", (c) => {
    const { anomalous, ...query } = checked(z.object(filter), c.req.query());
    c.header("content-type", "text/csv; charset=utf-8");
    c.header("content-disposition", 'attachment; filename="history.csv"');
    return stream(c, async (out) => {
      await out.write(`${csvLine(columns)}\r\n`);
      for await (const row of history.all({ ...query, isAnomalous: flagOf(anomalous) })) {
        if (out.aborted) return;
        await out.write(`${csvLine(columns.map((column) => cell(pastVerdict(row)[column])))}\r\n`);
      }
    });
  });
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/history.parquet",
    tags,
    summary: "All verdicts that fit, as Parquet, the newest first",
    request: { query: z.object(filter) },
    responses: {
      200: {
        description: "Parquet",
        content: { "application/vnd.apache.parquet": { schema: { type: "string", format: "binary" } } },
      },
      ...problemAnswers(400, 401),
    },
  });
  app.get("/v1/history.parquet", (c) => {
    const { anomalous, ...query } = checked(z.object(filter), c.req.query());
    c.header("content-type", "application/vnd.apache.parquet");
    c.header("content-disposition", 'attachment; filename="history.parquet"');
    async function* verdicts(): AsyncGenerator<PastVerdict> {
      for await (const row of history.all({ ...query, isAnomalous: flagOf(anomalous) }))
        yield pastVerdict(row);
    }
    return stream(c, async (out) => {
      const { writeParquet } = await import("./history/parquet.ts");
      await writeParquet(verdicts(), async (bytes) => {
        if (out.aborted) throw new AbortError("history: the reader went away.");
        await out.write(bytes);
      }).catch((error: unknown) => {
        if (!out.aborted) throw error;
      });
    });
  });
  app.openapi(
    createRoute({
      method: "patch",
      path: "/v1/history/{id}",
      tags,
      summary: "Say what a part was: a false alarm was good, a missed defect was one; or note something",
      request: { params, body: { required: true, content: { "application/json": { schema: saidSchema } } } },
      responses: {
        200: { description: "The verdict", content: { "application/json": { schema: pastVerdictSchema } } },
        ...problemAnswers(400, 401, 403, 404),
      },
    }),
    async (c) => c.json(pastVerdict(await history.say(c.req.valid("param").id, c.req.valid("json"))), 200),
  );
  app.openAPIRegistry.registerPath({
    method: "get",
    path: "/v1/history/{id}/picture",
    tags,
    summary: "The picture of a verdict, where it is kept",
    request: { params },
    responses: {
      200: {
        description: "As it came",
        content: { "image/*": { schema: { type: "string", format: "binary" } } },
      },
      ...problemAnswers(401, 404),
    },
  });
  app.get("/v1/history/:id/picture", async (c) => {
    const bytes = await history.picture(c.req.param("id"));
    const format = imageFormat(bytes);
    return c.body(bytes.slice().buffer, 200, {
      "content-type": format === null ? "application/octet-stream" : `image/${format}`,
    });
  });
}

function pastVerdict({ isAnomalous, warnings, pictureBytes, ...row }: VerdictTable): PastVerdict {
  return {
    ...row,
    isAnomalous: isAnomalous !== 0,
    warnings: z.array(z.string()).parse(JSON.parse(warnings)),
    hasPicture: pictureBytes > 0,
  };
}

function flagOf(text: "true" | "false" | undefined): boolean | undefined {
  return text === undefined ? undefined : text === "true";
}

/** A value in a cell; a text that a spreadsheet would take for a formula is put behind an apostrophe. */
function cell(value: PastVerdict[keyof PastVerdict]): string {
  if (value === null) return "";
  const text = Array.isArray(value) ? value.join("; ") : String(value);
  return typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}
