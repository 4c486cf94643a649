/** The station's page: its files, and nothing else of the folder that they are in. */
import { serveStatic } from "@hono/node-server/serve-static";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Station } from "./station.ts";

/** Adds the routes; the names of assets change with what is in them. */
export function addPageRoutes(app: OpenAPIHono, { page: root }: Station): void {
  if (root === undefined) return;
  app.get(
    "/",
    serveStatic({ root, path: "index.html", onFound: (_, c) => c.header("cache-control", "no-cache") }),
  );
  app.get(
    "/assets/:file",
    serveStatic({
      root,
      onFound: (_, c) => c.header("cache-control", "public, max-age=31536000, immutable"),
    }),
  );
}
