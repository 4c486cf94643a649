/**
 * Opens models on WebGPU alone, without leave to fall back to the CPU, and runs some on both. A process of its own: where Vulkan's
 * libraries are is read when a process starts. Plain JavaScript: `node place-on-webgpu.mjs model.onnx ...`; a line of JSON for each model.
 * Models whose name ends in .run.onnx are run, those that end in .partly.run.onnx with that leave; on the picture `<model>.png`, where there is one.
 */
import { existsSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

const placed = { extra: { session: { disable_cpu_ep_fallback: "1" } } };

for (const path of process.argv.slice(2)) {
  process.stdout.write(`${JSON.stringify({ path, ...(await outcome(path)) })}\n`);
}

async function outcome(path) {
  try {
    const leave = path.endsWith(".partly.run.onnx") ? {} : placed;
    const session = await open(path, { executionProviders: ["webgpu"], ...leave });
    if (!path.endsWith(".run.onnx")) return { differences: {} };
    const onCpu = await open(path, { executionProviders: ["cpu"] });
    const picture = `${path}.png`;
    const feeds = existsSync(picture)
      ? { image: await readPicture(picture) }
      : Object.fromEntries(session.inputMetadata.map((input) => [input.name, fill(input)]));
    return { differences: differences(await session.run(feeds), await onCpu.run(feeds)) };
  } catch (error) {
    return { error: error.message };
  }
}

function open(path, options) {
  return InferenceSession.create(path, { logSeverityLevel: 4, ...options });
}

async function readPicture(path) {
  const { data, info } = await sharp(path).toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return new Tensor("uint8", new Uint8Array(data), [1, info.height, info.width, 3]);
}

/** Values that every input takes: small and positive; unknown extents are pictures of 32 pixels. */
function fill({ type, shape }) {
  const dims = shape.map((extent, axis) => (typeof extent === "number" ? extent : axis === 0 ? 1 : 32));
  const size = dims.reduce((product, extent) => product * extent, 1);
  if (type === "int64") return new Tensor(type, new BigInt64Array(size).fill(50n), dims);
  if (type === "uint8")
    return new Tensor(
      type,
      Uint8Array.from({ length: size }, (_, i) => (i * 37) % 251),
      dims,
    );
  return new Tensor(
    type,
    Float32Array.from({ length: size }, (_, i) => 0.05 + 0.04 * Math.sin(i)),
    dims,
  );
}

/** The largest difference of each output over its largest value. */
function differences(ours, theirs) {
  const largest = (values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return Object.fromEntries(
    Object.entries(theirs).map(([name, { data }]) => {
      const expected = Array.from(data, Number);
      const difference = expected.map((value, i) => Number(ours[name].data[i]) - value);
      return [name, largest(difference) / Math.max(1e-6, largest(expected))];
    }),
  );
}
