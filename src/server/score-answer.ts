/** What requests for scores have in common: their bodies, and what is answered of a picture. */
import type { RouteConfig } from "@hono/zod-openapi";
import { mapScaleOf } from "../evaluation/index.ts";
import { problemOf } from "./http-error.ts";
import type { FailedPicture, Verdict } from "./protocol.ts";
import type { VersionedOutcome } from "./served-model.ts";

/** The body of a request, as `createRoute` takes it. */
type RequestBody = NonNullable<NonNullable<RouteConfig["request"]>["body"]>;

const binary = { type: "string", format: "binary" } as const;

/** The body, for the OpenAPI document. */
export const pictureBody: RequestBody = {
  description: "One picture as it is, or any number as files of a form.",
  required: true,
  content: {
    "image/*": { schema: binary },
    "application/octet-stream": { schema: binary },
    "multipart/form-data": {
      schema: { type: "object", properties: { image: { type: "array", items: binary } } },
    },
  },
};

/** What is answered of a picture. @param outcome - With its id in the history; null where it is not kept. */
export function resultOf(
  outcome: VersionedOutcome & { readonly id: string | null },
  { name, imageHash, isPng }: { readonly name: string; readonly imageHash: string; readonly isPng: boolean },
): Verdict | FailedPicture {
  if ("failed" in outcome) return { name, error: problemOf(outcome.failed).body.error };
  const { map, warnings, ...scored } = outcome.scored;
  const scale = mapScaleOf(outcome);
  return {
    name,
    id: outcome.id,
    imageHash,
    version: outcome.version,
    threshold: outcome.description.calibration.threshold,
    ...scored,
    warnings: [...warnings],
    ...(map !== undefined && {
      map: {
        width: map.width,
        height: map.height,
        encoding: isPng ? ("png" as const) : ("float32" as const),
        data: Buffer.from(map.data.buffer, map.data.byteOffset, map.data.byteLength).toString("base64"),
        scaleMaximum: scale.maximum,
        threshold: scale.threshold,
      },
    }),
  };
}
