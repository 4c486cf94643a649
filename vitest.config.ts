import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 300_000, // machines are shared: only what hangs is ended
    hookTimeout: 600_000,
    maxWorkers: 2,
    setupFiles: ["test/support/setup.ts"],
    env: { ORT_DISABLE_TELEMETRY: "1" }, // for tests that use ONNX Runtime without our backend
  },
});

export default config;
