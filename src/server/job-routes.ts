/** Trainings over HTTP: pictures in, progress out, a version of a detector at the end. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { type Job, jobOptionsSchema, jobSchema } from "./jobs/job.ts";
import { problemAnswers } from "./problem-answers.ts";
import { detectorName } from "./schemas.ts";
import type { Station } from "./station.ts";

const tags = ["training"];
const params = z.object({ id: z.string().max(64) });
const job = jobSchema.openapi("Job");
const answer = { description: "The job", content: { "application/json": { schema: job } } };
const problems = problemAnswers(400, 401, 403, 404, 409, 413);
const ended: readonly Job["state"][] = ["done", "failed", "cancelled"];

/** Adds the routes. */
export function addJobRoutes(app: OpenAPIHono, { jobs, bodies, bodyThread }: Station): void {
  app.openapi(
    createRoute({
      tags,
      method: "get",
      path: "/v1/jobs",
      summary: "List the trainings, the newest first",
      responses: {
        200: {
          description: "All of them",
          content: { "application/json": { schema: z.object({ jobs: z.array(job) }) } },
        },
        ...problemAnswers(401),
      },
    }),
    (c) => c.json({ jobs: jobs.list() }, 200),
  );
  app.openapi(
    createRoute({
      tags,
      method: "post",
      path: "/v1/jobs",
      summary: "A new training; it takes pictures until it is started",
      request: {
        body: {
          required: true,
          content: {
            "application/json": {
              schema: z.strictObject({ detector: detectorName, options: jobOptionsSchema.default({}) }),
            },
          },
        },
      },
      responses: { 201: answer, ...problems },
    }),
    async (c) => {
      const { detector, options } = c.req.valid("json");
      return c.json(await jobs.create(detector, options), 201);
    },
  );
  app.openapi(
    createRoute({
      tags,
      method: "get",
      path: "/v1/jobs/{id}",
      summary: "A training",
      request: { params },
      responses: { 200: answer, ...problems },
    }),
    (c) => c.json(jobs.get(c.req.valid("param").id), 200),
  );
  app.openapi(
    createRoute({
      tags,
      method: "post",
      path: "/v1/jobs/{id}/pictures",
      summary: "Add good pictures: one as it is, or any number as files of a form",
      request: {
        params,
        body: { required: true, content: { "multipart/form-data": { schema: { type: "object" } } } },
      },
      responses: { 200: answer, ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      jobs.get(id); // before the body is read
      return bodies.read(c.req.raw, async (body) => {
        const files = await bodyThread.readFiles(body, c.req.header("content-type") ?? "");
        return c.json(await jobs.addPictures(id, files), 200);
      });
    },
  );
  const acts = [
    ["start", "Start it; one that was cancelled or failed goes on from its checkpoint"],
    ["cancel", "Stop it within one step"],
  ] as const;
  for (const [act, summary] of acts) {
    app.openapi(
      createRoute({
        tags,
        method: "post",
        path: `/v1/jobs/{id}/${act}`,
        summary,
        request: { params },
        responses: { 200: answer, ...problems },
      }),
      async (c) => c.json(await jobs[act](c.req.valid("param").id), 200),
    );
  }
  app.openapi(
    createRoute({
      tags,
      method: "delete",
      path: "/v1/jobs/{id}",
      summary: "Delete a training with its pictures",
      request: { params },
      responses: { 204: { description: "Deleted" }, ...problems },
    }),
    async (c) => {
      await jobs.remove(c.req.valid("param").id);
      return c.body(null, 204);
    },
  );
  app.openAPIRegistry.registerPath({
    tags,
    method: "get",
    path: "/v1/jobs/{id}/events",
    summary: "The training as it goes: server-sent events, each the whole job; ends with the job",
    request: { params },
    responses: {
      200: { description: "Events", content: { "text/event-stream": { schema: { type: "string" } } } },
      ...problemAnswers(401, 404),
    },
  });
  app.get("/v1/jobs/:id/events", (c) => {
    const id = c.req.param("id");
    jobs.get(id);
    return streamSSE(c, async (out) => {
      let latest: Job | undefined;
      let wake = (): void => {};
      const leave = jobs.watch(id, (now) => {
        latest = now;
        wake();
      });
      out.onAbort(() => wake());
      // A slow reader gets the newest state, not all of them: nothing piles up.
      while (!out.aborted) {
        const sent = latest;
        if (sent !== undefined) {
          latest = undefined;
          await out.writeSSE({ data: JSON.stringify(sent) });
          if (ended.includes(sent.state) || jobs.hasEnded) break;
        }
        if (latest === undefined && !out.aborted) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      leave();
    });
  });
}
