import { expect, test } from "vitest";
import { parseMethods } from "./method-list.ts";

const shared = { preset: "fast", steps: 9 } as const;

test("methods are separated by commas, their options by colons; names in either spelling", async () => {
  expect(await parseMethods("radar, radar:scoring=paper:batch-size=4:imageSize=32", shared)).toEqual([
    { label: "radar", options: { preset: "fast", steps: 9, method: "radar" } },
    {
      label: "radar:scoring=paper:batch-size=4:imageSize=32",
      options: { preset: "fast", steps: 9, method: "radar", scoring: "paper", batchSize: 4, imageSize: 32 },
    },
  ]);
});

test("a method's own options win, minutes over steps too", async () => {
  expect((await parseMethods("radar:minutes=2:preset=balanced", shared))[0]?.options).toEqual({
    preset: "balanced",
    minutes: 2,
    method: "radar",
  });
});

test.each([
  ["rader", 'methods: expected one of "radar"'],
  ["radar,", "methods: expected one of"],
  ["radar,radar", '--methods: expected different methods, got "radar" twice.'],
  ["radar:paper", '--methods: expected options as name=value after the colon of "radar:paper", got "paper".'],
  ["radar:seed=3", '--methods: expected options of the method itself, got seed in "radar:seed=3".'],
  ["radar:scorin=paper", "--methods: radar:scorin=paper: scorin: expected one of"],
  ["radar:scoring=none", "--methods: radar:scoring=none: scoring: "],
  ["radar:image-size=33", "imageSize: expected a multiple of"],
])("%s is refused", async (text, message) => {
  await expect(parseMethods(text, shared)).rejects.toThrow(message);
});
