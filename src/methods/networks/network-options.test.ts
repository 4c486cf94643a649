import { expect, test } from "vitest";
import { resolveNetworkOptions } from "./network-options.ts";

test("the network takes the whole picture, no larger than a typical image", () => {
  const { imageSize, patchSize, network } = resolveNetworkOptions("vae", { preset: "fast" }, 100);
  expect([imageSize, patchSize, network.imageSizePx]).toEqual([112, 112, 112]);
});

test.each([
  [
    { scoring: "paper" },
    'scoring: expected none, since vae reads its maps in one way only, got "paper" (string). Leave it out.',
  ],
  [{ patchSize: 32 }, "patchSize: expected none, since vae sees the whole image, got 32. Leave it out."],
  [
    { imageSize: 40 },
    "imageSize: expected a multiple of 16 pixels (what the network halves to), got 40. Use 48.",
  ],
] as const)("%j is refused", (options, message) => {
  expect(() => resolveNetworkOptions("vae", options, 256)).toThrow(
    expect.objectContaining({ code: "E_OPTION", message }),
  );
});
