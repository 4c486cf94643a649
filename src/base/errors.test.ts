import { expect, test } from "vitest";
import { RadarError } from "./errors.ts";

test.each([
  ["got \u0000\u001b[31m\u009f.", "got \ufffd[31m\ufffd."],
  ["got \ufffd\ufffd\u0001\ufffd of 4.", "got \ufffd of 4."],
  ["lone \ud800 half", "lone \ufffd half"],
  ["kept:\n\t\u00fc \u4e2d \u{1f600}", "kept:\n\t\u00fc \u4e2d \u{1f600}"],
])("what cannot be printed of %j is not in the message", (given, printed) => {
  expect(new RadarError("E_ONNX", given).message).toBe(printed);
});
