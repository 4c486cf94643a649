/** The library in a page: a folder that any web server can host, with `program` of `test/web/library-program.ts`. */
import { join } from "node:path";
import { build } from "vite";
import pageConfig from "../../src/page/vite.config.ts";
import { repository } from "./repository.ts";

/** Builds it; its page is library.html. */
export async function buildLibrarySite(folder: string): Promise<void> {
  const root = join(repository, "test", "web");
  await build({
    ...pageConfig,
    configFile: false,
    logLevel: "error",
    root,
    build: {
      ...pageConfig.build,
      outDir: folder,
      rollupOptions: { input: join(root, "library.html") },
    },
  });
}
