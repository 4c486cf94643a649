/** The machine's limit: the rate of a large matrix product through the same runtime. */
import { Random } from "../src/base/random.ts";
import { buildGraph, input, matmul } from "../src/graph/index.ts";
import { encodeModel } from "../src/onnx/index.ts";
import { nodeBackend } from "../src/runtime/node.ts";
import { quantile, timed } from "./median.ts";

const size = 1024;

/** float32 matrix product 1024 x 1024 x 1024; the best tenth of the runs, as a limit should be. */
export async function measureGemm(options: {
  threads: number;
  rounds: number;
}): Promise<{ gflopsPerSecond: number }> {
  const a = input("a", "float32", [size, size]);
  const b = input("b", "float32", [size, size]);
  const graph = buildGraph({ name: "gemm", inputs: [a, b], outputs: { y: matmul(a, b) } });
  const session = await nodeBackend({ threads: options.threads }).load(encodeModel(graph));
  const random = new Random(0);
  const array = () => ({ dtype: "float32", shape: [size, size], data: random.normals(size * size) }) as const;
  const feeds = { a: array(), b: array() };
  const seconds: number[] = [];
  for (let i = 0; i < 4 * options.rounds; i++) seconds.push(await timed(() => session.run(feeds)));
  await session.dispose();
  return { gflopsPerSecond: (2 * size ** 3) / quantile(seconds, 0.1) / 1e9 };
}
