/** `POST /v1/detectors/{name}/score`. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { fileHash } from "../detectors/content-hash.ts";
import { problemAnswers } from "./problem-answers.ts";
import { mapForms } from "./protocol.ts";
import { detectorName, scoresSchema } from "./schemas.ts";
import { pictureBody, resultOf } from "./score-answer.ts";
import { scorePictures } from "./score-pictures.ts";
import { scoredOf } from "./served-model.ts";
import type { Station } from "./station.ts";

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
    body: pictureBody,
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
      const files = await station.bodyThread.readFiles(body, c.req.header("content-type") ?? "");
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
