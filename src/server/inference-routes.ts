/** The Open Inference Protocol, version 2: what KServe and Triton clients speak. */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { OptionError, ServiceError } from "../base/errors.ts";
import { fileHash } from "../detectors/content-hash.ts";
import { packageVersion } from "../node/software-versions.ts";
import { type InferAnswerBody, tensorsOf } from "./inference-answer.ts";
import { type InferHead, inferInputs, inferOutputs, inferRequestSchema } from "./inference-protocol.ts";
import { problemAnswers } from "./problem-answers.ts";
import { detectorName } from "./schemas.ts";
import { scorePictures } from "./score-pictures.ts";
import { type ServedModel, scoredOf } from "./served-model.ts";
import type { Station } from "./station.ts";

/** Largest JSON of a request (ours): numbers as text are read on the thread that answers everybody. */
const maxJsonBytes = 2 ** 22;

const params = z.object({ name: detectorName });
const json = { description: "As the protocol says", content: { "application/json": { schema: z.any() } } };
const tags = ["Open Inference Protocol"];

/** Adds the routes. */
export function addInferenceRoutes(app: OpenAPIHono, station: Station): void {
  const { models } = station;
  const server = { name: "radar-ad", version: packageVersion(), extensions: ["binary_tensor_data"] };
  app.openapi(
    createRoute({ method: "get", path: "/v2", tags, summary: "Server metadata", responses: { 200: json } }),
    (c) => c.json(server, 200),
  );
  app.get("/v2/", (c) => c.json(server)); // as the protocol's OpenAPI document spells it
  for (const path of ["/v2/models/{name}", "/v2/models/{name}/versions/{version}"] as const) {
    app.openapi(
      createRoute({
        method: "get",
        path,
        tags,
        summary: "Model metadata",
        request: { params },
        responses: { 200: json, ...problemAnswers(404) },
      }),
      (c) =>
        c.json(metadataOf(ofVersion(models.get(c.req.valid("param").name), c.req.param("version"))), 200),
    );
    app.openapi(
      createRoute({
        method: "get",
        path: `${path}/ready`,
        tags,
        summary: "Whether the model scores",
        request: { params },
        responses: { 200: json, 503: json, ...problemAnswers(404) },
      }),
      (c) => {
        const { name, active } = ofVersion(models.get(c.req.valid("param").name), c.req.param("version"));
        return active === undefined
          ? c.json({ name, ready: false }, 503)
          : c.json({ name, ready: true }, 200);
      },
    );
    // The answer may be bytes after JSON, which a typed route cannot say.
    app.openAPIRegistry.registerPath({
      method: "post",
      path: `${path}/infer`,
      tags,
      summary: "Score pictures as one tensor, UINT8 [N, H, W, 3]",
      request: {
        params,
        body: { required: true, content: { "application/json": { schema: inferRequestSchema } } },
      },
      responses: { 200: json, ...problemAnswers(400, 404, 413, 422, 429, 503, 504) },
    });
    app.post(`${path.replaceAll(/{(\w+)}/g, ":$1")}/infer`, (c) => {
      const model = ofVersion(models.get(c.req.param("name") ?? ""), c.req.param("version"));
      const jsonLength = c.req.header("inference-header-content-length");
      return station.bodies.read(
        c.req.raw,
        (body) =>
          infer(station, model, { body, jsonLength, signal: c.req.raw.signal, caller: c.get("caller").name }),
        jsonLength === undefined ? maxJsonBytes : undefined,
      );
    });
  }
}

/** @throws {ServiceError} E_NOT_FOUND if another version scores. */
function ofVersion(model: ServedModel, version: string | undefined): ServedModel {
  if (version === undefined || version === model.active?.version) return model;
  throw new ServiceError(
    "E_NOT_FOUND",
    `${model.name}: expected the version that scores, ${model.active?.version ?? "none"}, got another.`,
  );
}

function metadataOf({ name, active }: ServedModel) {
  const versions = active === undefined ? [] : [active.version];
  return { name, versions, platform: "onnxruntime_onnx", inputs: inferInputs, outputs: inferOutputs };
}

interface InferBody {
  readonly body: Uint8Array;
  readonly jsonLength: string | undefined;
  readonly signal: AbortSignal;
  readonly caller: string;
}

async function infer(
  station: Station,
  model: ServedModel,
  { body, jsonLength, signal, caller }: InferBody,
): Promise<Response> {
  const { request, frames } = await station.bodyThread.readInfer(body, jsonLength);
  const wanted = wantedOutputs(request);
  const map = wanted.includes("anomaly_map") ? ("float" as const) : ("none" as const);
  const hashes = await Promise.all(frames.map(({ data }) => fileHash(new Uint8Array(data))));
  const pictures = frames.map((picture, i) => ({
    name: `image[${i}]`,
    imageHash: hashes[i] ?? "",
    picture,
    map,
  }));
  const outcomes = await scorePictures(station, { detector: model.name, caller, pictures, signal });
  const tensors = tensorsOf(outcomes.map(scoredOf)).filter(({ name }) => wanted.includes(name));
  const answer = { request, tensors, model: model.name, version: outcomes[0]?.version ?? "" };
  return answerOf(await station.bodyThread.writeAnswer(answer));
}

function wantedOutputs({ outputs }: InferHead): string[] {
  const known: string[] = inferOutputs.map(({ name }) => name);
  const wanted = outputs?.map(({ name }) => name) ?? known;
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return wanted;
  throw new OptionError(
    `outputs: expected some of ${known.join(", ")}, got ${JSON.stringify(unknown.slice(0, 80))}.`,
  );
}

function answerOf({ bytes, jsonLength }: InferAnswerBody): Response {
  const headers =
    jsonLength === null
      ? { "content-type": "application/json" }
      : {
          "content-type": "application/octet-stream",
          "inference-header-content-length": String(jsonLength),
        };
  return new Response(bytes, { headers });
}
