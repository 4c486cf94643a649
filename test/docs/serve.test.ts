import { execFile } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildRadar } from "../support/radar.ts";
import { readText } from "../support/repository.ts";
import { type ServerProcess, startServer, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const blocks = [...readText("docs/serve.md").matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(
  ([, code = ""]) => code,
);
let server: ServerProcess;

beforeAll(async () => {
  buildRadar();
  const { set, models } = await writeTinyModel(folder.path);
  for (const [from, to] of [
    ["train/good/000.png", "part.png"],
    ["train/good/001.png", "other.png"],
  ] as const) {
    copyFileSync(join(set, from), folder.at(to));
  }
  const other = await writeTinyModel(folder.at("again"), "again", 7);
  copyFileSync(join(other.models, "again.onnx"), folder.at("next.onnx"));
  server = await startServer(["--models", models]);
}, 600_000);

afterAll(async () => {
  await server.stop("SIGKILL");
});

test("docs/serve.md has examples", () => {
  expect(blocks.length).toBeGreaterThan(4);
});

test.each(blocks)("the example of docs/serve.md works: %s", async (code) => {
  const command = code.replaceAll("http://127.0.0.1:8080", server.url).replaceAll("curl ", "curl -sS ");
  const { stdout } = await promisify(execFile)("bash", ["-e", "-o", "pipefail", "-c", command], {
    cwd: folder.path,
  });
  expect(stdout).not.toBe("");
});
