/** Serves the built page to browsers on this machine. */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, sep } from "node:path";
import { FileError } from "../base/errors.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Isolated from other origins, so that WebAssembly may use threads. */
const headers = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** A page that is being served. */
export interface ServedPage {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the files of a folder and nothing else, to this machine alone.
 *
 * @param port - 0 takes any free one.
 * @throws {FileError} E_FILE if the folder is not there or the port is taken.
 */
export async function servePage(folder: string, port: number): Promise<ServedPage> {
  const files = new Set(await filesIn(folder));
  const server = createServer(({ method, url = "/" }, response) => {
    const path = new URL(url, "http://localhost").pathname.slice(1) || "index.html";
    const isKnown = files.has(path) && (method === "GET" || method === "HEAD");
    response.writeHead(isKnown ? 200 : 404, {
      ...headers,
      "content-type": types[extname(path)] ?? "text/plain",
    });
    if (isKnown && method === "GET") createReadStream(join(folder, path)).pipe(response);
    else response.end();
  });
  await listening(server, port);
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === "object" && address !== null ? address.port : port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { recursive: true })).map((path) => path.split(sep).join("/"));
  } catch (cause) {
    throw new FileError(`${folder}: expected the built page, got nothing there. Run npm run build.`, {
      cause,
    });
  }
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new FileError(
          `port ${port}: expected a free one, got: ${cause.message}. Choose another with --port.`,
          { cause },
        ),
      );
    });
    server.listen(port, "localhost", resolve);
  });
}
