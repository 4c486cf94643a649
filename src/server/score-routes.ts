/** `POST /v1/detectors/{name}/score`. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { fileHash } from "../detectors/content-hash.ts";
import { mapScaleOf } from "../evaluation/index.ts";
import { problemOf } from "./http-error.ts";
import { problemAnswers } from "./problem-answers.ts";
import { type FailedPicture, mapForms, type Verdict } from "./protocol.ts";
import { filesIn } from "./request-body.ts";
import { detectorName, scoresSchema } from "./schemas.ts";
import { type RecordedOutcome, scorePictures } from "./score-pictures.ts";
import { scoredOf } from "./served-model.ts";
import type { Station } from "./station.ts";

const binary = { type: "string", format: "binary" } as const;

const scoreQuery = z.object({
  map: z.enum(mapForms).default("none"),
  deadlineMs: z.coerce.number().int().min(1).max(600_000).optional().openapi({
    description: "After so many milliseconds the answer is 504. Default and most: the server's.",
  }),
});

const scoreRoute = createRoute({
  method: "post",
  path: "/v1/detectors/{name}/score",
  tags: ["score"],
  summary: "Score pictures",
  request: {
    params: z.object({ name: detectorName }),
    query: scoreQuery,
    body: {
      description: "One picture as it is, or any number as files of a form.",
      required: true,
      content: {
        "image/*": { schema: binary },
        "application/octet-stream": { schema: binary },
        "multipart/form-data": {
          schema: { type: "object", properties: { image: { type: "array", items: binary } } },
        },
      },
    },
  },
  responses: {
    200: { description: "What was found", content: { "application/json": { schema: scoresSchema } } },
    ...problemAnswers(400, 401, 403, 404, 413, 422, 429, 503, 504),
  },
});

/** Adds the route. */
export function addScoreRoutes(app: OpenAPIHono, station: Station): void {
  app.openapi(scoreRoute, async (c) => {
    const { name } = c.req.valid("param");
    const { map, deadlineMs } = c.req.valid("query");
    station.models.get(name); // before the body is read
    return station.bodies.read(c.req.raw, async (body) => {
      const files = await filesIn(body, c.req.header("content-type") ?? "");
      const hashes = await Promise.all(files.map(({ bytes }) => fileHash(bytes)));
      const names = files.map((file, i) => file.name ?? `picture[${i}]`);
      const pictures = files.map(({ bytes }, i) => ({
        name: names[i] ?? "",
        imageHash: hashes[i] ?? "",
        picture: bytes,
        map,
      }));
      const { signal } = c.req.raw;
      const outcomes = await scorePictures(station, {
        detector: name,
        caller: c.get("caller").name,
        pictures,
        signal,
        deadlineMs,
      });
      const [first] = outcomes;
      if (first !== undefined && outcomes.length === 1) scoredOf(first);
      const results = outcomes.map((outcome, i) =>
        resultOf(outcome, { name: names[i] ?? "", imageHash: hashes[i] ?? "", isPng: map === "png" }),
      );
      return c.json({ detector: name, results }, 200);
    });
  });
}

function resultOf(
  outcome: RecordedOutcome,
  { name, imageHash, isPng }: { readonly name: string; readonly imageHash: string; readonly isPng: boolean },
): Verdict | FailedPicture {
  if ("failed" in outcome) return { name, error: problemOf(outcome.failed).body.error };
  const { map, warnings, ...scored } = outcome.scored;
  const scale = mapScaleOf(outcome);
  return {
    name,
    id: outcome.id,
    imageHash,
    version: outcome.version,
    threshold: outcome.description.calibration.threshold,
    ...scored,
    warnings: [...warnings],
    ...(map !== undefined && {
      map: {
        width: map.width,
        height: map.height,
        encoding: isPng ? ("png" as const) : ("float32" as const),
        data: Buffer.from(map.data.buffer, map.data.byteOffset, map.data.byteLength).toString("base64"),
        scaleMaximum: scale.maximum,
        threshold: scale.threshold,
      },
    }),
  };
}
