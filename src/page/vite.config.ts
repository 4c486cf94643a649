/** How the page is built: a static folder with all it needs, at any address. */
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin, type UserConfig } from "vite";

/** Sources name our worker as it is called once built. */
const workerSource: Plugin = {
  name: "worker-source",
  enforce: "pre",
  transform: (code, id) =>
    id.endsWith("web-worker.ts") ? code.replace('"./worker.js"', '"./worker.ts"') : undefined,
};

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [workerSource],
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  worker: { format: "es", plugins: () => [workerSource] },
  build: {
    outDir: "../../dist/page",
    emptyOutDir: true,
    target: "es2023",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
});

export default config;
