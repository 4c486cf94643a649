import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { float32Array } from "../../src/base/array.ts";
import { add, buildGraph, input, neg, scalar } from "../../src/graph/index.ts";
import { workerBackend } from "../../src/node/worker-backend.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import { buildRadar } from "../support/radar.ts";
import { repository } from "../support/repository.ts";

beforeAll(buildRadar, 600_000);

test("a session in a thread carries outputs to the next run and leaves time meanwhile", async () => {
  const x = input("x", "float32", ["N"]);
  const model = encodeModel(
    buildGraph({ name: "net", inputs: [x], outputs: { y: neg(x), z: add(x, scalar(1)) } }),
  );
  const backend = workerBackend({ threads: 1 }, join(repository, "dist", "node", "worker.js"));
  const session = await backend.load(model, { carry: { x: "z" } });
  const given = float32Array([2], [3, 4]);
  const log: string[] = [];
  const running = session.run({ x: given }, () => {
    log.push("meanwhile");
    given.data.fill(0); // the thread has its own copy
  });
  log.push("asked");
  expect(await running).toEqual({ y: float32Array([2], [-3, -4]) });
  expect(log).toEqual(["meanwhile", "asked"]);
  expect((await session.run({})).y?.data).toEqual(Float32Array.of(-4, -5));
  expect(await session.carried()).toEqual({ x: float32Array([2], [5, 6]) });
  await session.dispose();
});
