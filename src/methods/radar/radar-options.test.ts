import { describe, expect, test } from "vitest";
import { presetNames } from "../options.ts";
import { type RadarOptions, resolveRadarOptions } from "./radar-options.ts";

describe("the size and the network's grid follow from preset and images", () => {
  test.each([
    ["fast", 48, 48, 1],
    ["fast", 128, 128, 2],
    ["fast", 4000, 160, 2],
    ["balanced", 48, 48, 1],
    ["balanced", 128, 128, 1],
    ["balanced", 4000, 256, 2],
    ["accurate", 250, 256, 2],
    ["fast", 5, 16, 1],
  ] as const)("%s, images of %d px: %d px in cells of %d", (preset, side, imageSize, cellSize) => {
    const options = resolveRadarOptions({ preset }, side);
    expect(options).toMatchObject({ imageSize, patchSize: imageSize, unet: { cellSize } });
  });
});

test("every preset has steps, and the balanced one is the default", () => {
  const steps = presetNames.map((preset) => resolveRadarOptions({ preset }, 256).length);
  expect(steps).toEqual([{ steps: 600 }, { steps: 750 }, { steps: 3000 }]);
  expect(resolveRadarOptions({}, 256).preset).toBe("balanced");
});

test("a size of one's own is kept, larger than the images too, and patches decide the cells", () => {
  expect(resolveRadarOptions({ preset: "fast", imageSize: 320, patchSize: 80 }, 48)).toMatchObject({
    imageSize: 320,
    patchSize: 80,
    unet: { cellSize: 1 },
  });
});

test("scorings of patches see 28 px at once, so many a step that it costs what one on whole pictures does", () => {
  const options = (side: number, given: RadarOptions = {}) =>
    resolveRadarOptions({ preset: "fast", scoring: "paper", ...given }, side);
  expect(options(48)).toMatchObject({ imageSize: 48, patchSize: 28, batchSize: 24, unet: { cellSize: 1 } });
  expect(options(128)).toMatchObject({ imageSize: 128, patchSize: 28, batchSize: 42 });
  expect(options(4000)).toMatchObject({ imageSize: 160, patchSize: 28, batchSize: 65 });
  expect(options(16)).toMatchObject({ imageSize: 16, patchSize: 16 });
  expect(options(48, { patchSize: 32, batchSize: 3 })).toMatchObject({ patchSize: 32, batchSize: 3 });
  expect(options(48, { scoring: "mismatch" }).unet).toEqual(options(48).unet);
});

test("the forest decides where features are classified, unless another classifier is named", () => {
  const classifier = (given: RadarOptions) => resolveRadarOptions(given, 48).classifier;
  expect(classifier({ scoring: "paper" })).toBe("forest");
  expect(classifier({ scoring: "paper", classifier: "lof" })).toBe("lof");
  expect(classifier({})).toBeNull();
});

test("fast trainings that learn to find planted defects, and those of the network alone, begin with rendered pictures, unless they are told otherwise; others at random", () => {
  const start = (given: RadarOptions) => resolveRadarOptions(given, 48).start;
  expect(start({ preset: "fast" })).toBe("rendered");
  expect(start({ preset: "accurate", scoring: "network" })).toBe("rendered");
  expect(start({ preset: "fast", start: "random" })).toBe("random");
  expect(start({})).toBe("random");
  expect(start({ preset: "accurate" })).toBe("random");
  expect(start({ start: "rendered" })).toBe("rendered");
  expect(start({ scoring: "paper" })).toBe("random");
  expect(start({ preset: "fast", scoring: "mismatch", start: "random" })).toBe("random");
});

test("an encoder that begins from rendered pictures is kept unless its cells are finer than theirs", () => {
  const keeps = (side: number, given: RadarOptions = {}) =>
    resolveRadarOptions({ preset: "fast", ...given }, side).keepsEncoder;
  expect(keeps(80)).toBe(false); // cells of 1
  expect(keeps(96)).toBe(true);
  expect(keeps(1024, { imageSize: 512 })).toBe(true);
  expect(keeps(96, { start: "random" })).toBe(false);
  expect(keeps(96, { scoring: "paper" })).toBe(false);
});

test.each<[string, RadarOptions, string]>([
  [
    "a start that the paper's network does not have",
    { scoring: "paper", start: "rendered" },
    'start: expected "random" with the scoring paper, whose network learns from the good images alone, got "rendered" (string). Leave it out.',
  ],
  [
    "an unknown start",
    { start: "none" as "random" },
    'start: expected one of "rendered", "random", got "none" (string).',
  ],
  [
    "a classifier of no use",
    { classifier: "lof" },
    'classifier: expected none with the scoring combined, which decides by its map, got "lof" (string). Leave it out.',
  ],
  [
    "an odd size",
    { preset: "fast", imageSize: 33 },
    "imageSize: expected a multiple of 8 pixels (what the network halves to), got 33. Use 32.",
  ],
  ["a size too small", { imageSize: 8 }, "imageSize: expected an integer >= 16 and <= 4096, got 8."],
  [
    "a patch larger than the image",
    { imageSize: 64, patchSize: 128 },
    "patchSize: expected an integer >= 16 and <= 64, got 128.",
  ],
  ["no steps", { length: { steps: 0 } }, "steps: expected an integer >= 1, got 0."],
  ["no time", { length: { minutes: 0 } }, "minutes: expected a finite number > 0, got 0."],
  [
    "one image a step with planted defects",
    { batchSize: 1 },
    "batchSize: expected an integer >= 2 and <= 1024, got 1.",
  ],
  ["a negative seed", { seed: -1 }, "seed: expected an integer >= 0 and <= 4294967295, got -1."],
  ["a rate of 1", { falseAlarmRate: 1 }, "falseAlarmRate: expected a finite number > 0 and < 1, got 1."],
])("%s is refused", (_, options, message) => {
  expect(() => resolveRadarOptions(options, 256)).toThrow(
    expect.objectContaining({ name: "OptionError", code: "E_OPTION", message }),
  );
});

test("one image a step is enough without planted defects", () => {
  expect(resolveRadarOptions({ batchSize: 1, scoring: "paper" }, 256).batchSize).toBe(1);
});
