/** The routes of a server, and what every request goes through. */
import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { routePath } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { OptionError, ServiceError } from "../base/errors.ts";
import { packageVersion } from "../node/software-versions.ts";
import { accessControl } from "./access-control.ts";
import { addAuditRoute } from "./audit-route.ts";
import { addCalibrationRoute } from "./calibration-route.ts";
import { addCallerRoute } from "./caller-route.ts";
import { misfit } from "./check-request.ts";
import { addDriftRoute } from "./drift-route.ts";
import { addHealthRoutes } from "./health-routes.ts";
import { addHistoryRoutes } from "./history-routes.ts";
import { problemOf } from "./http-error.ts";
import { addInferenceRoutes } from "./inference-routes.ts";
import { addJobRoutes } from "./job-routes.ts";
import { addModelRoutes } from "./model-routes.ts";
import { addPageRoutes } from "./page-routes.ts";
import type { Problem } from "./protocol.ts";
import { addScoreRoutes } from "./score-routes.ts";
import type { Station } from "./station.ts";
import { addTrialRoute } from "./trial-route.ts";

/** The application: a function from requests to answers. */
export function createApp(station: Station): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw misfit(result.error);
    },
  });
  app.use(observed(station));
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", "data:", "blob:"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
      strictTransportSecurity: false, // of whoever ends TLS before it
    }),
  );
  app.use(accessControl(station));
  app.onError((error, c) => {
    const known = error instanceof HTTPException ? new OptionError(`request: ${error.message}.`) : error;
    const { status, body } = problemOf(known);
    if (status >= 500)
      station.log.error({ err: known, id: c.res.headers.get("x-request-id") }, "request failed");
    if (status === 429 || status === 503) c.header("retry-after", String(retryAfter(station)));
    if (status === 413) c.header("connection", "close"); // the rest of the body is not read
    return c.json(asToldAt(c.req.path, body), status === 499 ? 500 : status);
  });
  app.notFound((c) => {
    const error = new ServiceError(
      "E_NOT_FOUND",
      "request: expected a path that the server has, got another. GET /openapi.json lists them.",
    );
    return c.json(asToldAt(c.req.path, problemOf(error).body), 404);
  });
  addPageRoutes(app, station);
  addHealthRoutes(app, station);
  addModelRoutes(app, station);
  addScoreRoutes(app, station);
  addTrialRoute(app, station);
  addHistoryRoutes(app, station);
  addJobRoutes(app, station);
  addDriftRoute(app, station);
  addCalibrationRoute(app, station);
  addAuditRoute(app, station);
  addCallerRoute(app);
  addInferenceRoutes(app, station);
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "radar serve",
      version: packageVersion(),
      description: "Scores pictures with detectors of radar-ad.",
      license: { name: "Apache-2.0" },
    },
  });
  app.get("/openapi.json", (c) => c.json(document));
  return app;
}

/** Under `/v2` an error is a text, as that protocol says; elsewhere it is an object. */
function asToldAt(
  path: string,
  { error }: Problem,
): Problem | { readonly error: string; readonly code: string } {
  return path.startsWith("/v2/") ? { error: error.message, code: error.code } : { error };
}

/** Gives each request an id, measures it, and writes a line to the log: never a header, a query or a body. */
function observed({ measurements, log, now }: Station): Parameters<OpenAPIHono["use"]>[1] {
  return async (c, next) => {
    const started = now();
    const id = randomUUID();
    c.header("x-request-id", id);
    await next();
    if (!c.res.headers.has("cache-control")) c.header("cache-control", "no-store");
    const { method, path } = c.req;
    const ms = now() - started;
    const { status } = c.res;
    measurements.request({ route: routePath(c, -1), method, status, seconds: ms / 1000 });
    const isQuiet = path.startsWith("/v2/health/") || path === "/metrics";
    log[isQuiet ? "debug" : "info"]({ id, method, path, status, ms: Math.round(ms * 10) / 10 }, "request");
  };
}

function retryAfter({ models }: Station): number {
  return Math.max(1, ...models.list().map((model) => model.retryAfter));
}
