/** Pages in Debian's chromium, with WebGPU on a device that computes on the CPU. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";

const program = "/usr/bin/chromium";

/** Whether there is a browser. */
export const hasBrowser: boolean = existsSync(program);

/** What a test's name says where there is none. */
export const browserMissing: string = hasBrowser ? "" : " (skipped: needs Debian's chromium)";

/** Starts the browser; with `webgpu`, on a software device. */
export function openBrowser({ webgpu }: { readonly webgpu: boolean }): Promise<Browser> {
  const gpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];
  const args = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    ...(webgpu ? gpu : ["--disable-gpu"]),
  ];
  return chromium.launch({ executablePath: program, args });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".svg": "image/svg+xml",
};

/** What a page needs for threads. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves folders, the first that has a file; as any static server would. Default: its pages are not isolated from other origins. */
export async function serveFolders(
  folders: readonly string[],
  { isolated = false }: { readonly isolated?: boolean } = {},
): Promise<{ url: string; close(): void }> {
  const server: Server = createServer(async ({ url = "/" }, response) => {
    const path = normalize(decodeURIComponent(new URL(url, "http://x").pathname)).replace(
      /\/$/,
      "/index.html",
    );
    for (const folder of folders) {
      const file = join(folder, path);
      if (!existsSync(file)) continue;
      for (const [name, value] of Object.entries(isolated ? isolation : {})) response.setHeader(name, value);
      response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
      response.end(await readFile(file));
      return;
    }
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
