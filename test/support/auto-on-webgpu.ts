/**
 * What `--device auto` means where a graphics card is there, asked twice, by a probe on small pictures: two lines of JSON.
 *
 * @param process.argv - Cache folder.
 */
import { chooseDevice } from "../../src/cli/auto-device/choose-device.ts";
import { deviceMemory } from "../../src/cli/auto-device/device-memory.ts";
import { machineFacts } from "../../src/cli/auto-device/machine-facts.ts";
import { probeDevice } from "../../src/cli/auto-device/probe-device.ts";

const [, , cache = ""] = process.argv;
const facts = machineFacts(process.env);
for (let i = 0; i < 2; i++) {
  let probes = 0;
  const chosen = await chooseDevice({
    mayHaveGraphics: (facts.graphics ?? []).length > 0,
    ...deviceMemory(cache, facts),
    probe: () => {
      probes++;
      return probeDevice({ sidePx: 16, limitSeconds: 500 });
    },
  });
  process.stdout.write(`${JSON.stringify({ ...chosen, probes })}\n`);
}
