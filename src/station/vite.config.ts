/** How the station's page is built: what `radar serve` answers at `/`. */
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  build: { outDir: "../../dist/station", emptyOutDir: true, target: "es2023", assetsInlineLimit: 0 },
});

export default config;
