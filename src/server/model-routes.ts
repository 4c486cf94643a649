/** The life of models over HTTP: look, upload, verify, activate, roll back, delete. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { OptionError } from "../base/errors.ts";
import { checkModel } from "../detectors/index.ts";
import { detectorOf } from "./detector-info.ts";
import { problemAnswers } from "./problem-answers.ts";
import {
  activatedSchema,
  descriptionSchema,
  detectorDetailsSchema,
  detectorName,
  detectorsSchema,
  versionName,
} from "./schemas.ts";
import type { Station } from "./station.ts";

const tags = ["models"];
const ofDetector = z.object({ name: detectorName });
const ofVersion = z.object({ name: detectorName, version: versionName });
const json = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { "application/json": { schema } },
});
const activated = json("The version that scores now", activatedSchema);
const gone = { description: "Deleted" };
const unfit = problemAnswers(400, 401, 403, 404, 409, 413, 422, 500);

/** Largest model file that is taken (ours). */
const maxModelBytes = 2 ** 28;

/** Adds the routes. */
export function addModelRoutes(app: OpenAPIHono, station: Station): void {
  const { models, bodies } = station;
  const route = { tags, request: { params: ofDetector } } as const;
  const versionRoute = { tags, request: { params: ofVersion } } as const;

  app.openapi(
    createRoute({
      tags,
      method: "get",
      path: "/v1/detectors",
      summary: "List the detectors",
      responses: { 200: json("All of them", detectorsSchema) },
    }),
    (c) => c.json({ detectors: models.list().map(detectorOf) }, 200),
  );
  app.openapi(
    createRoute({
      ...route,
      method: "get",
      path: "/v1/detectors/{name}",
      summary: "A detector and its versions",
      responses: { 200: json("The detector", detectorDetailsSchema), ...problemAnswers(404) },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const versions = models.versionsOf(name);
      const [kept, activations] = [await versions.list(), await versions.activations()];
      return c.json({ ...detectorOf(models.get(name)), versions: kept, activations }, 200);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: "post",
      path: "/v1/detectors/{name}/versions",
      summary: "Upload a model file, of a new detector or as a new version",
      description: "Its self-check runs first; a file that does not pass is not kept.",
      request: {
        params: ofDetector,
        query: z.object({ activate: z.enum(["true", "false"]).default("false") }),
        body: {
          required: true,
          content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
        },
      },
      responses: { 201: json("The version", activatedSchema), ...unfit },
    }),
    (c) => {
      const { name } = c.req.valid("param");
      const isActivated = c.req.valid("query").activate === "true";
      return bodies.read(
        c.req.raw,
        async (bytes) => {
          if (bytes.length === 0)
            throw new OptionError("request: expected a model file as its body, got no bytes.");
          const version = await models.add(name, bytes);
          if (isActivated) await models.activate(name, version);
          return c.json({ version }, 201);
        },
        maxModelBytes,
      );
    },
  );
  app.openapi(
    createRoute({
      ...versionRoute,
      method: "get",
      path: "/v1/detectors/{name}/versions/{version}",
      summary: "What a version is and how it was made",
      responses: { 200: json("Its description", descriptionSchema), ...problemAnswers(404, 422) },
    }),
    async (c) => {
      const { name, version } = c.req.valid("param");
      return c.json(await checkModel(await models.versionsOf(name).bytesOf(version)), 200);
    },
  );
  app.openapi(
    createRoute({
      ...versionRoute,
      method: "post",
      path: "/v1/detectors/{name}/versions/{version}/verify",
      summary: "Run a version's self-check",
      responses: { 200: json("It passed", activatedSchema), ...unfit },
    }),
    async (c) => {
      const { name, version } = c.req.valid("param");
      await models.verify(name, version);
      return c.json({ version }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...versionRoute,
      method: "post",
      path: "/v1/detectors/{name}/versions/{version}/activate",
      summary: "Let a version score",
      responses: { 200: activated, ...unfit },
    }),
    async (c) => {
      const { name, version } = c.req.valid("param");
      await models.activate(name, version);
      return c.json({ version }, 200);
    },
  );
  app.openapi(
    createRoute({
      ...route,
      method: "post",
      path: "/v1/detectors/{name}/rollback",
      summary: "Let the version score that did before",
      responses: { 200: activated, ...unfit },
    }),
    async (c) => c.json({ version: await models.rollBack(c.req.valid("param").name) }, 200),
  );
  app.openapi(
    createRoute({
      ...versionRoute,
      method: "delete",
      path: "/v1/detectors/{name}/versions/{version}",
      summary: "Delete a version that does not score",
      responses: { 204: gone, ...unfit },
    }),
    async (c) => {
      const { name, version } = c.req.valid("param");
      await models.removeVersion(name, version);
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      ...route,
      method: "delete",
      path: "/v1/detectors/{name}",
      summary: "Delete a detector with its file and its versions",
      responses: { 204: gone, ...unfit },
    }),
    async (c) => {
      await models.remove(c.req.valid("param").name);
      return c.body(null, 204);
    },
  );
}
