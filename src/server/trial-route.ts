/** `POST /v1/detectors/{name}/versions/{version}/score`. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { fileHash } from "../detectors/content-hash.ts";
import { problemAnswers } from "./problem-answers.ts";
import { mapForms } from "./protocol.ts";
import { detectorName, scoresSchema, versionName } from "./schemas.ts";
import { pictureBody, resultOf } from "./score-answer.ts";
import type { Station } from "./station.ts";

/** Adds the route. */
export function addTrialRoute(app: OpenAPIHono, { models, trials, bodies, bodyThread }: Station): void {
  const route = createRoute({
    method: "post",
    path: "/v1/detectors/{name}/versions/{version}/score",
    tags: ["score"],
    summary: "Score pictures by a version, active or not; the history keeps nothing of it",
    request: {
      params: z.object({ name: detectorName, version: versionName }),
      query: z.object({ map: z.enum(mapForms).default("none") }),
      body: pictureBody,
    },
    responses: {
      200: { description: "What was found", content: { "application/json": { schema: scoresSchema } } },
      ...problemAnswers(400, 401, 403, 404, 413, 422, 500),
    },
  });
  app.openapi(route, async (c) => {
    const { name, version } = c.req.valid("param");
    const { map } = c.req.valid("query");
    models.get(name); // before the body is read
    return bodies.read(c.req.raw, async (body) => {
      const files = await bodyThread.readFiles(body, c.req.header("content-type") ?? "");
      const pictures = files.map(({ name: file, bytes }, i) => ({
        name: file ?? `picture[${i}]`,
        picture: bytes,
        map,
      }));
      const outcomes = await trials.score(name, version, pictures, c.req.raw.signal);
      const results = await Promise.all(
        outcomes.map(async (outcome, i) => {
          const { name: file = "", picture = new Uint8Array() } = pictures[i] ?? {};
          const imageHash = await fileHash(picture);
          return resultOf({ ...outcome, id: null }, { name: file, imageHash, isPng: map === "png" });
        }),
      );
      return c.json({ detector: name, results }, 200);
    });
  });
}
