/**
 * Tensors of the Open Inference Protocol, version 2, as KServe and Triton speak it over HTTP.
 *
 * Specification: kserve/open-inference-protocol, "inference_rest.md"; the binary form: Triton's "Binary Tensor Data Extension".
 */
import { z } from "@hono/zod-openapi";
import { OptionError } from "../base/errors.ts";
import type { Frame } from "../base/frame.ts";
import { checked } from "./check-request.ts";

type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A request: one tensor `image`, UINT8 [N, H, W, 3]. */
export interface InferRequest {
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly datatype: string;
    readonly parameters?: Parameters | undefined;
    readonly data?: readonly unknown[] | undefined;
  }[];
  readonly outputs?:
    | readonly { readonly name: string; readonly parameters?: Parameters | undefined }[]
    | undefined;
}

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** Schema of {@link InferRequest}. */
export const inferRequestSchema: z.ZodType<InferRequest> = z
  .object({
    id: z.string().max(200).optional(),
    parameters: parameters.optional(),
    inputs: z
      .array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().positive()),
          datatype: z.string(),
          parameters: parameters.optional(),
          data: z.array(z.unknown()).optional(),
        }),
      )
      .length(1),
    outputs: z.array(z.object({ name: z.string(), parameters: parameters.optional() })).optional(),
  })
  .openapi("InferRequest");

/** A tensor as metadata tell it; -1 is any size. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** What a model takes and gives, as its metadata tell it. */
export const inferInputs: readonly TensorMetadata[] = [
  { name: "image", datatype: "UINT8", shape: [-1, -1, -1, 3] },
];

/** Outputs by name. */
export const inferOutputs: readonly TensorMetadata[] = [
  { name: "anomaly_map", datatype: "FP32", shape: [-1, 1, -1, -1] },
  { name: "anomaly_score", datatype: "FP32", shape: [-1] },
  { name: "p_value", datatype: "FP32", shape: [-1] },
  { name: "is_anomalous", datatype: "BOOL", shape: [-1] },
];

/** A tensor of an answer; its bytes are little-endian. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: "FP32" | "BOOL";
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** The JSON and the raw bytes after it, as a request's head divides them. @throws {OptionError} E_OPTION if they do not. */
function splitBody(
  body: Uint8Array,
  jsonLength: string | undefined,
): { readonly json: unknown; readonly raw: Uint8Array } {
  const length = jsonLength === undefined ? body.length : Number(jsonLength);
  if (!Number.isInteger(length) || length < 0 || length > body.length) {
    throw new OptionError(
      `Inference-Header-Content-Length: expected an integer from 0 to ${body.length}, got ${jsonLength}.`,
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body.subarray(0, length));
    return { json: JSON.parse(text), raw: body.subarray(length) };
  } catch (error) {
    throw new OptionError("request: expected JSON, got something else.", { cause: error });
  }
}

/** What is known of a request without its numbers. */
export type InferHead = Pick<InferRequest, "id" | "parameters" | "outputs">;

/** A request's head and its pictures. @throws {OptionError} E_OPTION as {@link splitBody} and {@link framesOf}, or if it is malformed. */
export function readInferBody(
  body: Uint8Array,
  jsonLength: string | undefined,
): { readonly request: InferHead; readonly frames: Frame[] } {
  const { json, raw } = splitBody(body, jsonLength);
  const request = checked(inferRequestSchema, json);
  const { id, parameters, outputs } = request;
  return { request: { id, parameters, outputs }, frames: framesOf(request, raw) };
}

/**
 * The pictures of a request.
 *
 * @param raw - The bytes after the JSON.
 * @throws {OptionError} E_OPTION if the tensor is another one, or its data do not fit its shape.
 */
function framesOf({ inputs: [input] }: InferRequest, raw: Uint8Array): Frame[] {
  if (input === undefined || input.name !== "image" || input.datatype !== "UINT8") {
    throw new OptionError(
      `inputs: expected one tensor "image" of UINT8, got ${JSON.stringify(input?.name)} of ${input?.datatype}.`,
    );
  }
  const [count = 0, height = 0, width = 0, channels = 0, ...more] = input.shape;
  if (channels !== 3 || more.length > 0) {
    throw new OptionError(
      `inputs[0].shape: expected [N, H, W, 3], got [${input.shape.slice(0, 8).join(", ")}].`,
    );
  }
  const size = input.parameters?.binary_data_size;
  const bytes = size === undefined ? bytesOfNumbers(input.data ?? []) : raw;
  const wanted = count * height * width * 3;
  if (bytes.length !== wanted || (size !== undefined && size !== wanted)) {
    throw new OptionError(
      `inputs[0]: expected ${wanted} values for [${input.shape.join(", ")}], got ${size === undefined ? bytes.length : `${bytes.length} bytes, announced as ${size}`}.`,
    );
  }
  const each = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({
    width,
    height,
    data: bytes.subarray(i * each, (i + 1) * each),
  }));
}

function bytesOfNumbers(data: readonly unknown[]): Uint8Array {
  const flat = data.flat(3);
  const bytes = new Uint8Array(flat.length);
  for (const [i, value] of flat.entries()) {
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 255) {
      throw new OptionError(
        `inputs[0].data: expected integers from 0 to 255, got ${JSON.stringify(value)?.slice(0, 40)} at ${i}.`,
      );
    }
    bytes[i] = value;
  }
  return bytes;
}

/** Values of a tensor as JSON has them. */
export function valuesOf({ datatype, bytes }: OutputTensor): (number | boolean)[] {
  if (datatype === "BOOL") return Array.from(bytes, (byte) => byte !== 0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** Whether a request wants an output as raw bytes. */
export function isBinary({ parameters: all, outputs }: InferHead, name: string): boolean {
  const own = outputs?.find((output) => output.name === name)?.parameters?.binary_data;
  return (own ?? all?.binary_data_output ?? false) === true;
}
