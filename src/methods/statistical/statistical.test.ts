import { expect, test } from "vitest";
import { tinyBackbone } from "../../../test/support/tiny-backbone.ts";
import { methodNames, prepareMethod, type TrainingOptions } from "../methods.ts";
import { openBackbone } from "../pretrained/backbone.ts";

const backbone = await openBackbone(tinyBackbone());
const statistical = methodNames
  .map((method) => ({ method, ...((method === "padim" || method === "patchcore") && { backbone }) }))
  .filter((options) => prepareMethod(options, 64).options.batchSize === 0);

const refusals: [TrainingOptions, string][] = [
  [
    { scoring: "paper" },
    'scoring: expected none, since METHOD reads its maps in one way only, got "paper" (string). Leave it out.',
  ],
  [{ patchSize: 16 }, "patchSize: expected none, since METHOD sees the whole image, got 16. Leave it out."],
  [
    { batchSize: 4 },
    "batchSize: expected none, since METHOD is not trained step by step, got 4. Leave it out.",
  ],
  [
    { length: { steps: 5 } },
    "steps: expected none, since METHOD is not trained step by step, got 5. Leave it out.",
  ],
  [
    { length: { minutes: 2 } },
    "minutes: expected none, since METHOD is not trained step by step, got 2. Leave it out.",
  ],
];

test.each(statistical)("$method takes the common options and refuses those of networks", (own) => {
  const { options } = prepareMethod({ ...own, preset: "fast", seed: 3, falseAlarmRate: 0.1 }, 40);
  expect(options).toEqual({
    preset: "fast",
    imageSize: 48,
    patchSize: 48,
    batchSize: 0,
    falseAlarmRate: 0.1,
    seed: 3,
  });
  for (const [given, message] of refusals) {
    expect(() => prepareMethod({ ...own, ...given }, 64)).toThrow(
      expect.objectContaining({ code: "E_OPTION", message: message.replace("METHOD", own.method) }),
    );
  }
  expect(() => prepareMethod({ ...own, imageSize: 8 }, 64)).toThrow("imageSize: expected an integer");
});
