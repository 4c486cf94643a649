/** `GET /v1/detectors/{name}/drift`. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { ServiceError } from "../base/errors.ts";
import { driftOf } from "./drift.ts";
import { problemAnswers } from "./problem-answers.ts";
import { detectorName, driftSchema } from "./schemas.ts";
import type { Station } from "./station.ts";

/** Verdicts that are looked at: the last ones of the version that scores (ours). */
const lastVerdicts = 5000;

/** Adds the route. */
export function addDriftRoute(app: OpenAPIHono, { models, history }: Station): void {
  const route = createRoute({
    method: "get",
    path: "/v1/detectors/{name}/drift",
    tags: ["history"],
    summary: "Whether good parts still score as those did that the threshold was set with",
    request: { params: z.object({ name: detectorName }) },
    responses: {
      200: { description: "The alarm", content: { "application/json": { schema: driftSchema } } },
      ...problemAnswers(401, 404, 503),
    },
  });
  app.openapi(route, async (c) => {
    const { name, active } = models.get(c.req.valid("param").name);
    if (active === undefined)
      throw new ServiceError("E_UNAVAILABLE", `${name}: expected a model that scores, got none.`);
    const scores = await history.scores(name, active.version, lastVerdicts);
    return c.json(driftOf(active.description, scores), 200);
  });
}
