import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { thresholdSentence } from "./threshold-sentence.ts";

const { calibration } = fakeDescription;

test("says the score, the share of good images and what it rests on", () => {
  expect(thresholdSentence({ calibration: { ...calibration, threshold: 0.123456 } })).toBe(
    "An image is called defective when its score exceeds 0.1235: at most 5 % of good images, by 19 held-out ones.",
  );
  const own = { ...calibration, rule: "method", falseAlarmRate: 0.0525 } as const;
  expect(thresholdSentence({ calibration: own })).toContain(
    "by the method's own rule; about 5.25 % of good images",
  );
});

test("says that it was raised, and from where", () => {
  expect(thresholdSentence({ calibration: { ...calibration, thresholdAsTheyAre: 0.25 } })).toBe(
    "An image is called defective when its score exceeds 0.5: at most 5 % of good images, by 19 held-out ones. They alone gave 0.25; it is raised for light, noise and what else cameras do.",
  );
});

test("says for what most of all, where the model knows", () => {
  const raised = { ...calibration, thresholdAsTheyAre: 0.25, toleratedUnder: "noise" };
  expect(thresholdSentence({ calibration: raised })).toContain(
    "it is raised for what it minds most of what cameras do: sensor noise of 2 grey levels.",
  );
});
