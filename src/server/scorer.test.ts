import { expect, test } from "vitest";
import { startScorer } from "./scorer.ts";

const options = { maxPixels: 1000 };
const program = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

test("a model whose self-check ends its thread is refused as one that fails it", async () => {
  const dies = program(
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));',
  );
  await expect(startScorer("a.onnx", options, { file: dies })).rejects.toMatchObject({
    code: "E_SELF_CHECK",
    message:
      "model: expected a self-check that ends here, got an end of the thread that ran it (worker: expected an answer of the worker thread, got its end with exit code 3.). It may need more time or memory than there is.",
  });
});

test("one that takes more memory than a thread may have, too", async () => {
  const fills = program(
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new RangeError("Array buffer allocation failed"); });',
  );
  await expect(startScorer("a.onnx", options, { file: fills })).rejects.toMatchObject({
    code: "E_SELF_CHECK",
    message: expect.stringContaining("got Array buffer allocation failed"),
  });
});

test("one whose self-check does not end in time is refused, and not waited for", async () => {
  const computes = program(
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { for (;;); });',
  );
  await expect(startScorer("a.onnx", options, { file: computes, limitMs: 50 })).rejects.toMatchObject({
    code: "E_SELF_CHECK",
    message:
      "model: expected a self-check that ends here, got none within 0.05 s. It may need more time or memory than there is.",
  });
});
