/** A session of ONNX Runtime's JavaScript packages, which share one interface, as a {@link Session}. */
import type { InferenceSession, OnnxValue, Tensor, TensorConstructor } from "onnxruntime-common";
import type { NdArray } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import type { DType } from "../base/shape.ts";
import type { Feeds, Session } from "./backend.ts";

/** What differs between the packages. */
export interface OrtPackage {
  /** Its own class of tensors: it takes no others. */
  readonly Tensor: TensorConstructor;
  /** Whether it writes outputs into arrays that it is given; else they are copied there. */
  readonly writesInto: boolean;
}

/** See {@link Session}. */
export class OrtSession implements Session {
  readonly #session: InferenceSession;
  readonly #package: OrtPackage;

  constructor(session: InferenceSession, ort: OrtPackage) {
    this.#session = session;
    this.#package = ort;
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: Feeds, into: Feeds = {}): Promise<Record<string, NdArray>> {
    const toOrt = ({ dtype, data, shape }: NdArray): Tensor => new this.#package.Tensor(dtype, data, shape);
    try {
      const inputs = mapValues(feeds, toOrt);
      if (!this.#package.writesInto) return copied(mapValues(await this.#session.run(inputs), fromOrt), into);
      const fetches = Object.fromEntries(
        this.outputNames.map((name) => [name, into[name] ? toOrt(into[name]) : null]),
      );
      return mapValues(await this.#session.run(inputs, fetches), fromOrt);
    } catch (cause) {
      throw new BackendError(`run: expected the model to run on these feeds, got: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  async dispose(): Promise<void> {
    await this.#session.release();
  }
}

/** What ONNX Runtime said: not all that it throws are errors. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function fromOrt(tensor: OnnxValue): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

function copied(outputs: Record<string, NdArray>, into: Feeds): Record<string, NdArray> {
  for (const [name, { data }] of Object.entries(outputs)) {
    const target = into[name]?.data;
    if (target instanceof Float32Array && data instanceof Float32Array) target.set(data);
  }
  return outputs;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
