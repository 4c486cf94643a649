/** ONNX Runtime for Node as a {@link Backend}. */
import * as ort from "onnxruntime-node";
import { BackendError } from "../base/errors.ts";
import type { Backend, Device } from "./backend.ts";
import { inTurn } from "./device-turn.ts";
import { withoutTelemetry } from "./no-telemetry.ts";
import { keptOn, messageOf, OrtSession } from "./ort-session.ts";

/** Options of {@link nodeBackend}. */
export interface NodeBackendOptions {
  /** Execution provider. Default "cpu". */
  readonly device?: Device;
  /** Threads within one operator. Default: ONNX Runtime's, one per physical core. */
  readonly threads?: number;
  /**
   * Whether idle threads wait actively for the next piece of work. Default true: the shortest times for single images where the cores
   * have nothing else to do. False leaves the cores to others, is several times faster where others use them, and as fast for long runs.
   */
  readonly spin?: boolean;
}

/**
 * The backend on onnxruntime-node.
 *
 * @throws {BackendError} E_BACKEND if this machine does not offer the device; the message names those it offers.
 */
export function nodeBackend(options: NodeBackendOptions = {}): Backend {
  const { device = "cpu", threads, spin = true } = options;
  const offered = ort.listSupportedBackends().map((backend) => backend.name);
  if (!offered.includes(device)) {
    throw new BackendError(
      `device: expected one that this machine offers (${offered.join(", ")}), got "${device}".`,
    );
  }
  const session: ort.InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: spin ? "1" : "0" } } },
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
  return {
    name: `onnxruntime-node ${ort.env.versions.node ?? "?"} (${device})`,
    load: async (model, options = {}) => {
      await withoutTelemetry();
      try {
        const inOrder = device === "webgpu" ? inTurn : <T>(work: () => Promise<T>): Promise<T> => work();
        const created = await inOrder(() =>
          ort.InferenceSession.create(model, { ...session, ...keptOn(device, options) }),
        );
        return new OrtSession(created, { Tensor: ort.Tensor, writesInto: true, download, inOrder }, options);
      } catch (cause) {
        throw new BackendError(
          `load: expected a model that ONNX Runtime can run on ${device}, got: ${messageOf(cause)}${remedyFor(device)}`,
          { cause },
        );
      }
    },
  };
}

let copying: Promise<ort.InferenceSession> | undefined;

/** The package's own way back from a graphics card is not made; a model's output comes back. Its caller has the card. */
async function download(tensor: ort.Tensor): Promise<ort.Tensor> {
  copying ??= import("./copy-model.ts").then(({ copyModel }) =>
    ort.InferenceSession.create(copyModel(), {
      executionProviders: ["webgpu"],
      graphOptimizationLevel: "disabled",
      logSeverityLevel: 3,
    }),
  );
  const { y } = await (await copying).run({ x: tensor });
  if (y === undefined) throw new BackendError("carried: internal: nothing was copied.");
  return y;
}

/** What may be missing, as a sentence after an error of loading. */
function remedyFor(device: Device): string {
  if (device !== "cuda") return "";
  return ". CUDA's libraries do not come with the package onnxruntime-node: docs/devices.md says how they get there. --device cpu is always there.";
}
