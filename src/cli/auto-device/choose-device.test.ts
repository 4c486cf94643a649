import { expect, test } from "vitest";
import { chooseDevice, type ProbeOutcome } from "./choose-device.ts";

/** What is chosen where a probe finds `outcome`, and what was asked on the way. */
async function choose(
  outcome: ProbeOutcome,
  { mayHaveGraphics = true, earlier }: { mayHaveGraphics?: boolean; earlier?: ProbeOutcome } = {},
) {
  const asked: string[] = [];
  const chosen = await chooseDevice({
    mayHaveGraphics,
    recall: async () => {
      asked.push("recall");
      return earlier;
    },
    recalled: "found out before",
    remember: async () => {
      asked.push("remember");
      return "remembered";
    },
    probe: async () => {
      asked.push("probe");
      return outcome;
    },
  });
  return { ...chosen, asked };
}

const faster: ProbeOutcome = { difference: 2e-6, cpu: 0.5, webgpu: 0.1 };

test("a card that is right and clearly faster is chosen, and the finding is kept", async () => {
  expect(await choose(faster)).toEqual({
    device: "webgpu",
    reason: "WebGPU is 5.00 times as fast on a small training step (remembered)",
    asked: ["recall", "probe", "remember"],
  });
});

test("without a card the CPU is chosen, and nothing is asked", async () => {
  expect(await choose(faster, { mayHaveGraphics: false })).toEqual({
    device: "cpu",
    reason: "there is no graphics card here",
    asked: [],
  });
});

test("what was found out before decides without another probe", async () => {
  const slow: ProbeOutcome = { difference: 0, cpu: 0.1, webgpu: 0.5 };
  expect(await choose(slow, { earlier: faster })).toEqual({
    device: "webgpu",
    reason: "WebGPU is 5.00 times as fast on a small training step (found out before)",
    asked: ["recall"],
  });
});

test.each<[string, ProbeOutcome, RegExp]>([
  ["slower", { difference: 0, cpu: 0.1, webgpu: 2 }, /^WebGPU is 0\.0500 times as fast .*1\.5 is asked for/],
  [
    "a little faster",
    { difference: 0, cpu: 0.149, webgpu: 0.1 },
    /^WebGPU is 1\.49 times as fast .*; 1\.5 is/,
  ],
  [
    "wrong",
    { difference: 0.02, cpu: 1, webgpu: 0.1 },
    /^WebGPU computes other values .* 0\.02 \(remembered\)/,
  ],
  [
    "crashing",
    { failure: "the process that tried it ended by SIGSEGV" },
    /^WebGPU cannot be used here: the process .* ended by SIGSEGV \(remembered\)$/,
  ],
])("a card that is %s leaves the CPU", async (_, outcome, reason) => {
  const { device, reason: got } = await choose(outcome);
  expect(device).toBe("cpu");
  expect(got).toMatch(reason);
});

test("half as fast again is enough", async () => {
  expect((await choose({ difference: 1e-3, cpu: 3, webgpu: 2 })).device).toBe("webgpu");
});
