/** `POST /v1/detectors/{name}/calibrate`. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { calibrateFromHistory } from "./calibration.ts";
import { problemAnswers } from "./problem-answers.ts";
import { calibratedSchema, calibrationRequestSchema, detectorName } from "./schemas.ts";
import type { Station } from "./station.ts";

/** Adds the route. */
export function addCalibrationRoute(app: OpenAPIHono, station: Station): void {
  const route = createRoute({
    method: "post",
    path: "/v1/detectors/{name}/calibrate",
    tags: ["history"],
    summary: "Set the threshold anew from the parts that operators confirmed as good",
    description:
      "Makes a version with another threshold and the same scores, from verdicts of the version that scores. It is kept, and scores once it is activated.",
    request: {
      params: z.object({ name: detectorName }),
      body: { required: true, content: { "application/json": { schema: calibrationRequestSchema } } },
    },
    responses: {
      200: {
        description: "How old and new threshold differ",
        content: { "application/json": { schema: calibratedSchema } },
      },
      ...problemAnswers(400, 401, 403, 404, 409, 422, 500, 503),
    },
  });
  app.openapi(route, async (c) =>
    c.json(await calibrateFromHistory(station, c.req.valid("param").name, c.req.valid("json")), 200),
  );
}
