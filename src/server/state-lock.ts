/** One server at a time in a state folder. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError } from "../base/errors.ts";
import { fileError, systemCode } from "../node/system-error.ts";

/**
 * Takes a state folder for this process. What a killed process left is taken over.
 *
 * @returns Gives it back.
 * @throws {ServiceError} E_CONFLICT if another process that runs has it; {FileError} E_FILE if it cannot be written.
 */
export async function lockState(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "server.pid");
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw fileError(path, "write", error);
    }
    const owner = Number(await readFile(path, "utf8").catch(() => ""));
    if (owner !== process.pid && isRunning(owner)) {
      throw new ServiceError(
        "E_CONFLICT",
        `state: expected a folder that no other server uses, got ${folder}, which process ${owner} uses. End that one, or name another folder with --state.`,
      );
    }
    await rm(path, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
