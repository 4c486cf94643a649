/** Whether the server lives, whether it is ready, and what it counts. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Station } from "./station.ts";

const tags = ["operations"];
const live = z.object({ live: z.boolean() });
const ready = z.object({ ready: z.boolean() });

/** Adds the routes: they touch no model and read no file. */
export function addHealthRoutes(app: OpenAPIHono, station: Station): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/v2/health/live",
      tags,
      summary: "Whether the process answers",
      responses: { 200: { description: "It does", content: { "application/json": { schema: live } } } },
    }),
    (c) => c.json({ live: true }, 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v2/health/ready",
      tags,
      summary: "Whether every detector scores and the server is not ending",
      responses: {
        200: { description: "Ready", content: { "application/json": { schema: ready } } },
        503: { description: "Not ready", content: { "application/json": { schema: ready } } },
      },
    }),
    (c) => {
      const isReady = station.isOpen() && station.models.isReady;
      return c.json({ ready: isReady }, isReady ? 200 : 503);
    },
  );
  app.get("/metrics", async (c) => {
    const { registry } = station.measurements;
    return c.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
}
