import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { lockState } from "./state-lock.ts";

const folder = temporaryFolder();

test("a state folder is for one process that runs; what a killed one left is taken over", async () => {
  const release = await lockState(folder.path);
  await release();
  expect(existsSync(folder.at("server.pid"))).toBe(false);
  folder.write("server.pid", String(process.ppid));
  await expect(lockState(folder.path)).rejects.toMatchObject({ code: "E_CONFLICT" });
  for (const left of ["4194300", "", "x", String(process.pid)]) {
    folder.write("server.pid", left);
    await (await lockState(folder.path))();
  }
});
