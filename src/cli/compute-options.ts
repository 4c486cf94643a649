/** Where to compute, as the command line says it. */
import { type LoadDetectorOptions, parallelFor } from "../node/load-detector.ts";
import { type Device, type DeviceChoice, deviceChoices } from "../runtime/backend.ts";
import type { Arguments } from "./arguments.ts";
import type { Output } from "./output.ts";

/** Device and threads as they were typed, of a command that has `computeArgs`. @throws {UsageError} if one is none. */
export function typedCompute(args: Arguments): {
  readonly device: DeviceChoice | undefined;
  readonly threads: number | undefined;
} {
  return {
    device: args.choice("device", deviceChoices),
    threads: args.number("threads", { integer: true, minimum: 1 }),
  };
}

/** Device and threads of a command that has `computeArgs`; `auto` is found out and told. @throws {UsageError} if one is none. */
export async function computeOptions(args: Arguments, output: Output): Promise<LoadDetectorOptions> {
  const { device, threads } = typedCompute(args);
  return { device: (await chosenDevice(device, output)).device, threads };
}

/** The same of a command that has `scoringArgs`. @throws {UsageError} if one is none. */
export async function scoringOptions(args: Arguments, output: Output): Promise<LoadDetectorOptions> {
  const parallel = args.number("parallel", { integer: true, minimum: 1 });
  const compute = await computeOptions(args, output);
  return { ...compute, parallel: parallel ?? parallelFor(compute) };
}

/** The device that a choice means here; what `auto` means is told, and why. */
export async function chosenDevice<Given extends Device | "wasm">(
  choice: Given | "auto" | undefined,
  output: Output,
): Promise<{ readonly device: Given | Device | undefined; readonly reason?: string }> {
  if (choice !== "auto") return { device: choice };
  const { deviceHere } = await import("./auto-device/device-here.ts"); // what only `auto` needs
  const chosen = await deviceHere((line) => output.note(line));
  output.note(`device: ${chosen.device}, ${chosen.reason}`);
  return chosen;
}
