import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that run long for their size: largest files come first, and these would come last, alone. */
const longTests = ["test/scripts/clean-checkout.test.ts", "src/methods/train-network.test.ts"];

/** Files that change the process they run in, each in one of its own: they replace modules, or the environment (OPC UA's package). */
const changingTests = [
  "test/conformance/detector-graph.test.ts",
  "test/numeric/op-coverage.test.ts",
  "src/server/opcua.test.ts",
  "test/e2e/watch.test.ts",
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longTests.some((path) => moduleId.endsWith(path));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const config: ViteUserConfig = defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  test: {
    testTimeout: 300_000, // machines are shared: only what hangs is ended
    hookTimeout: 600_000,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    setupFiles: ["test/support/setup.ts"],
    env: { ORT_DISABLE_TELEMETRY: "1" }, // for tests that use ONNX Runtime without our backend
    projects: [
      // One process for many files: to load the modules anew takes longer than most files do.
      {
        extends: true,
        test: {
          name: "shared",
          include: ["src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: changingTests,
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: changingTests, isolate: true } },
    ],
  },
});

export default config;
