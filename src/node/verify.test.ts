import { expect, test } from "vitest";
import { verifyModel } from "./verify.ts";

test("bytes that are no model are refused before anything runs", async () => {
  await expect(verifyModel(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: "E_ONNX" });
});

test("a file that is not there is refused by its name", async () => {
  await expect(verifyModel("nowhere.onnx")).rejects.toMatchObject({
    code: "E_FILE",
    message: "nowhere.onnx: expected a model file, got nothing there.",
  });
});

test("a device that there is none of is refused with those there are", async () => {
  // @ts-expect-error: a JavaScript caller's
  await expect(verifyModel("model.onnx", { device: "tpu" })).rejects.toMatchObject({
    code: "E_OPTION",
    message: expect.stringContaining("wasm"),
  });
});
