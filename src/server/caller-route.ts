/** `GET /v1/caller`: whose token it is, for a page that shows no more than its reader may do. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { problemAnswers } from "./problem-answers.ts";
import { callerSchema } from "./schemas.ts";

/** Adds the route. */
export function addCallerRoute(app: OpenAPIHono): void {
  const route = createRoute({
    method: "get",
    path: "/v1/caller",
    tags: ["operations"],
    summary: "Who makes the request, and in which role",
    responses: {
      200: { description: "The caller", content: { "application/json": { schema: callerSchema } } },
      ...problemAnswers(401),
    },
  });
  app.openapi(route, (c) => c.json(c.get("caller"), 200));
}
