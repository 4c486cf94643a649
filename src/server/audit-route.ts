/** `GET /v1/audit`: who changed what. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { problemAnswers } from "./problem-answers.ts";
import { roles } from "./protocol.ts";
import type { Station } from "./station.ts";

const entry = z
  .object({
    time: z.string(),
    caller: z.string(),
    role: z.enum(roles).nullable(),
    method: z.string(),
    path: z.string(),
    status: z.number().int(),
  })
  .openapi("AuditEntry");

/** Adds the route. */
export function addAuditRoute(app: OpenAPIHono, { audit }: Station): void {
  const route = createRoute({
    method: "get",
    path: "/v1/audit",
    tags: ["operations"],
    summary: "Who changed what, the newest first",
    request: { query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }) },
    responses: {
      200: {
        description: "Requests that changed something, or were refused to",
        content: { "application/json": { schema: z.object({ entries: z.array(entry) }) } },
      },
      ...problemAnswers(400, 401, 403),
    },
  });
  app.openapi(route, async (c) => c.json({ entries: await audit.newest(c.req.valid("query").limit) }, 200));
}
