/** What `--device auto` means on a machine: the CPU, unless a graphics card is there, computes right and is clearly faster. */
import { formatNumber } from "../../base/check.ts";
import type { Device } from "../../runtime/backend.ts";

/** What a probe found: figures of the same training steps on both, or why there are none. */
export type ProbeOutcome =
  | {
      /** Largest relative difference of a loss. */
      readonly difference: number;
      /** Seconds of a step. */
      readonly cpu: number;
      readonly webgpu: number;
    }
  | {
      /** Completes "WebGPU cannot be used here: ". */
      readonly failure: string;
    };

/** A device and why it is that. */
export interface ChosenDevice {
  readonly device: Device;
  /** Completes "device: cpu, ". */
  readonly reason: string;
}

/** What the choice is made of. */
export interface DeviceEvidence {
  /** Whether anything speaks of a graphics card; where nothing does, the CPU is chosen at once. */
  readonly mayHaveGraphics: boolean;
  /** What an earlier probe found under the same circumstances; undefined if there was none. */
  readonly recall: () => Promise<ProbeOutcome | undefined>;
  /** Keeps what a probe found for {@link recall}. @returns what is to be said of that. */
  readonly remember: (outcome: ProbeOutcome) => Promise<string>;
  /** What is to be said of an outcome that was recalled. */
  readonly recalled: string;
  /** Tries the graphics card; whatever becomes of that is an outcome. */
  readonly probe: () => Promise<ProbeOutcome>;
}

const clearlyFaster = 1.5; // below, a card's start and other rounding are not worth it (ours)

/** Three steps of `webgpu` on a software device differ by 1e-6 of the CPU's; what is wrong differs by far more (ours). */
const tolerance = 1e-3;

/** Chooses a device. */
export async function chooseDevice(evidence: DeviceEvidence): Promise<ChosenDevice> {
  if (!evidence.mayHaveGraphics) return { device: "cpu", reason: "there is no graphics card here" };
  const earlier = await evidence.recall();
  if (earlier !== undefined) return withRemark(choiceOf(earlier), evidence.recalled);
  const outcome = await evidence.probe();
  return withRemark(choiceOf(outcome), await evidence.remember(outcome));
}

function choiceOf(outcome: ProbeOutcome): ChosenDevice {
  if ("failure" in outcome) {
    return { device: "cpu", reason: `WebGPU cannot be used here: ${outcome.failure}` };
  }
  const { difference, cpu, webgpu } = outcome;
  if (difference > tolerance) {
    const got = formatNumber(difference);
    return {
      device: "cpu",
      reason: `WebGPU computes other values here, with a relative difference of ${got}`,
    };
  }
  const ratio = cpu / webgpu;
  const measured = `WebGPU is ${ratio.toPrecision(3)} times as fast on a small training step`;
  return ratio >= clearlyFaster
    ? { device: "webgpu", reason: measured }
    : { device: "cpu", reason: `${measured}; ${clearlyFaster} is asked for` };
}

function withRemark({ device, reason }: ChosenDevice, remark: string): ChosenDevice {
  return { device, reason: `${reason} (${remark})` };
}
