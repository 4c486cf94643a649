import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: ["test/support/setup.ts"],
    env: { ORT_DISABLE_TELEMETRY: "1" }, // for tests that use ONNX Runtime without our backend
  },
});

export default config;
