/** A session of ONNX Runtime's JavaScript packages, which share one interface, as a {@link Session}. */
import type { InferenceSession, OnnxValue, Tensor, TensorConstructor } from "onnxruntime-common";
import type { NdArray } from "../base/array.ts";
import { BackendError } from "../base/errors.ts";
import type { DType } from "../base/shape.ts";
import type { Feeds, LoadOptions, Session } from "./backend.ts";

/** What differs between the packages. */
export interface OrtPackage {
  /** Its own class of tensors: it takes no others. */
  readonly Tensor: TensorConstructor;
  /** Whether it writes outputs into tensors that it is given. */
  readonly writesInto: boolean;
  /** A copy in the processor's memory of float32 [N] that is on a graphics card. Default: what the package itself offers. */
  readonly download?: ((tensor: Tensor) => Promise<Tensor>) | undefined;
  /** Does what a device must not do for two sessions at once. Default: at once. */
  readonly inOrder?: (<T>(work: () => Promise<T>) => Promise<T>) | undefined;
}

/** See {@link Session}. */
export class OrtSession implements Session {
  readonly #session: InferenceSession;
  readonly #package: OrtPackage;
  /** Carried inputs by output. */
  readonly #carriedInput: ReadonlyMap<string, string>;
  /** What the last run left, by input. */
  #carried: Record<string, Tensor> = {};
  /** What the run before the last left, by output: memory to write to. */
  #spare: Record<string, Tensor> = {};

  /** @param carry - See {@link LoadOptions}. */
  constructor(session: InferenceSession, ort: OrtPackage, { carry = {} }: LoadOptions = {}) {
    this.#session = session;
    this.#package = ort;
    this.#carriedInput = new Map(Object.entries(carry).map(([input, output]) => [output, input]));
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  async run(feeds: Feeds, meanwhile: () => void = () => {}): Promise<Record<string, NdArray>> {
    const results = await this.#inOrder(() => this.#runNow(feeds)).catch((cause: unknown) => {
      throw new BackendError(`run: expected the model to run on these feeds, got: ${messageOf(cause)}`, {
        cause,
      });
    });
    meanwhile();
    return results;
  }

  async #runNow(feeds: Feeds): Promise<Record<string, NdArray>> {
    const toOrt = ({ dtype, data, shape }: NdArray): Tensor => new this.#package.Tensor(dtype, data, shape);
    const inputs = { ...this.#carried, ...mapValues(feeds, toOrt) };
    const outputs = this.#package.writesInto
      ? await this.#session.run(inputs, this.#targets())
      : await this.#session.run(inputs);
    const results: Record<string, NdArray> = {};
    const carried: Record<string, Tensor> = {};
    for (const [name, output] of Object.entries(outputs)) {
      const input = this.#carriedInput.get(name);
      if (input === undefined) results[name] = fromOrt(output);
      else carried[input] = output;
    }
    this.#release();
    this.#carried = carried;
    return results;
  }

  async carried(): Promise<Record<string, NdArray>> {
    const arrays: Record<string, NdArray> = {};
    for (const [input, tensor] of Object.entries(this.#carried)) {
      const { download } = this.#package;
      const isElsewhere = tensor.location !== "cpu";
      if (isElsewhere && download === undefined) await tensor.getData(true); // the next run brings it back
      const here = isElsewhere && download ? await this.#inOrder(() => download(tensor)) : tensor;
      const { data, ...array } = fromOrt(here);
      arrays[input] = { ...array, data: data.slice() };
    }
    return arrays;
  }

  async dispose(): Promise<void> {
    await this.#inOrder(async () => {
      this.#release();
      await this.#session.release();
    });
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const { inOrder } = this.#package;
    return inOrder === undefined ? work() : inOrder(work);
  }

  /** Where the next run's outputs go; null for new memory. */
  #targets(): Record<string, Tensor | null> {
    return Object.fromEntries(this.outputNames.map((name) => [name, this.#spare[name] ?? null]));
  }

  /** Gives up what is carried: as memory for a later run, or to the graphics card. */
  #release(): void {
    this.#spare = {};
    for (const [output, input] of this.#carriedInput) {
      const tensor = this.#carried[input];
      if (tensor?.location === "cpu") this.#spare[output] = tensor;
      else tensor?.dispose();
    }
  }
}

/** Options of ONNX Runtime's that leave what is carried where the device computes: only WebGPU's packages can. */
export function keptOn(device: string, { carry = {} }: LoadOptions): InferenceSession.SessionOptions {
  const outputs = Object.values(carry);
  if (device !== "webgpu" || outputs.length === 0) return {};
  return {
    preferredOutputLocation: Object.fromEntries(outputs.map((name) => [name, "gpu-buffer" as const])),
  };
}

/** What ONNX Runtime said: not all that it throws are errors. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function fromOrt(tensor: OnnxValue): NdArray {
  return { dtype: tensor.type as DType, shape: tensor.dims, data: tensor.data as NdArray["data"] };
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
