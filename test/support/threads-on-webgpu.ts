/**
 * Three sessions at once on WebGPU, two of them in threads of their own, and one thread that is ended in its work. A process of its own:
 * where Vulkan's libraries are is read when a process starts. One line of JSON: the largest difference from the CPU of each.
 */
import { fileURLToPath } from "node:url";
import { float32Array } from "../../src/base/array.ts";
import { Random } from "../../src/base/random.ts";
import { add, buildGraph, constant, input, matmul, type Tensor, tanh } from "../../src/graph/index.ts";
import { workerBackend } from "../../src/node/worker-backend.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import type { Session } from "../../src/runtime/backend.ts";
import { nodeBackend } from "../../src/runtime/node.ts";

const size = 64;
const runs = 8;
const random = new Random(3);
const matrix = () =>
  float32Array(
    [size, size],
    random.normals(size * size).map((value) => value / 8),
  );
const x = input("x", "float32", [size, size]);
let y: Tensor = x;
for (let i = 0; i < 10; i++) y = tanh(add(matmul(y, constant(matrix())), x));
const model = encodeModel(buildGraph({ name: "net", inputs: [x], outputs: { y } }));
const feeds = { x: matrix() };

async function result(session: Session): Promise<ArrayLike<number | bigint>> {
  return (await session.run(feeds)).y?.data ?? [];
}

const expected = await result(await nodeBackend({ threads: 1 }).load(model));
const onDevice = { device: "webgpu", threads: 1 } as const;
const file = fileURLToPath(new URL("../../dist/node/worker.js", import.meta.url)); // built: threads know no TypeScript
const [own, inThread] = [nodeBackend(onDevice), workerBackend(onDevice, file)];
const ended = await inThread.load(model);
const [, ...sessions] = await Promise.all([
  ended.run(feeds).then(() => ended.dispose()),
  own.load(model),
  inThread.load(model),
  inThread.load(model),
]);
const differences = await Promise.all(
  sessions.map(async (session) => {
    let worst = 0;
    for (let i = 0; i < runs; i++) {
      const found = await result(session);
      for (let at = 0; at < size * size; at++)
        worst = Math.max(worst, Math.abs(Number(found[at]) - Number(expected[at])));
    }
    return worst;
  }),
);
for (const session of sessions) await session.dispose();
process.stdout.write(`${JSON.stringify(differences)}\n`);
