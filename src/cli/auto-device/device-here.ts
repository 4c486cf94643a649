/** What `--device auto` means on this machine. */
import { type ChosenDevice, chooseDevice } from "./choose-device.ts";
import { deviceMemory } from "./device-memory.ts";
import { cacheFolder, machineFacts } from "./machine-facts.ts";
import { probeDevice } from "./probe-device.ts";

/** Chooses a device for this machine. @param tell - Called with a line before a graphics card is tried. */
export function deviceHere(tell: (line: string) => void): Promise<ChosenDevice> {
  const facts = machineFacts(process.env);
  return chooseDevice({
    mayHaveGraphics: facts.graphics === null || facts.graphics.length > 0,
    ...deviceMemory(cacheFolder(process.platform, process.env), facts),
    probe: () => {
      tell("device: trying whether WebGPU is right and faster here, once");
      return probeDevice();
    },
  });
}
