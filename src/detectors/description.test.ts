import { describe, expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { detectorDescriptionSchema } from "./description.ts";

/** The description with one field, named by its path, set to another value. */
function changed(path: string, value: unknown): unknown {
  const [head = "", ...rest] = path.split(".");
  const copy: Record<string, unknown> = { ...structuredClone(fakeDescription) };
  const [field] = rest;
  copy[head] = field === undefined ? value : { ...Object(copy[head]), [field]: value };
  return copy;
}

test("a description survives JSON and its schema", () => {
  const text = JSON.stringify(fakeDescription);
  expect(detectorDescriptionSchema.parse(JSON.parse(text))).toEqual(fakeDescription);
});

test("options may be of any kind", () => {
  const options = { groups: 8, attentionLevels: [2], falseAlarmRate: "auto", extra: null };
  expect(detectorDescriptionSchema.parse(changed("options", options)).options).toEqual(options);
});

describe("a description is refused at the field that is wrong", () => {
  test.each<[string, unknown]>([
    ["format", 3],
    ["format", "1"],
    ["name", undefined],
    ["method", 1],
    ["imageSizePx", -1],
    ["patchSizePx", 31.5],
    ["parameters", "many"],
    ["seed", null],
    ["software", { node: 20 }],
    ["training", undefined],
    ["training.steps", -1],
    ["training.symmetries", "identity"],
    ["calibration.threshold", "0.5"],
    ["calibration.mapMaximum", Number.NaN],
    ["calibration.scores", [0.1, null]],
    ["options", []],
  ])("%s: %j", (path, value) => {
    const { error } = detectorDescriptionSchema.safeParse(changed(path, value));
    expect(error?.issues[0]?.path.join(".")).toMatch(new RegExp(`^${path.replace(".", "\\.")}`));
  });

  test.each([[undefined], [null], ["text"], [[]], [{}]])("%j, which is none", (value) => {
    expect(detectorDescriptionSchema.safeParse(value).success).toBe(false);
  });
});

test("a description that does not tell its network calls has one where something was trained step by step", () => {
  const { networkCalls: _, ...old } = fakeDescription;
  const calls = (description: object): number => detectorDescriptionSchema.parse(description).networkCalls;
  expect(calls(old)).toBe(1);
  expect(calls({ ...old, training: { ...old.training, steps: 0 } })).toBe(0);
  expect(calls({ ...old, networkCalls: 50 })).toBe(50);
});

test("a file that left out one score has it as a list", () => {
  const leftOut = (value: unknown) =>
    detectorDescriptionSchema.parse(changed("calibration.leftOut", value)).calibration.leftOut;
  expect(leftOut(2.5)).toEqual([2.5]);
  expect(leftOut([2.5, 3])).toEqual([2.5, 3]);
  expect(leftOut(undefined)).toBeUndefined();
});
