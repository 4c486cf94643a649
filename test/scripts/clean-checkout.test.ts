/** No command of the project leaves anything in the checkout that git does not know or ignore. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const hasGit = existsSync(join(repository, ".git")) && spawnSync("git", ["--version"]).status === 0;

/** What git sees changed in the checkout, contents included. */
function changes(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: repository, encoding: "utf8", maxBuffer: 2 ** 28 });
  return git("status", "--porcelain") + git("diff", "HEAD");
}

/** Commands of the project in their shortest form. */
const commands: readonly (readonly string[])[] = [
  [..."demo --steps 1 --image-size 16 --batch-size 2 --threads 1 --output".split(" "), folder.at("demo")],
  "bench --rounds 1 --threads 1 --side 32 --photos 1 --cycles 2 --page-cycles 0 --json".split(" "),
];

test.skipIf(!hasGit).each(commands)(
  "npm run %s leaves the checkout as it was (skipped where there is no git)",
  (...command) => {
    const before = changes();
    const [job = "", ...args] = command;
    const { status, stderr } = spawnSync(process.execPath, ["scripts/bootstrap.mjs", job, ...args], {
      cwd: repository,
      encoding: "utf8",
    });
    expect(stderr + status).toMatch(/0$/);
    expect(changes()).toBe(before);
  },
  600_000,
);
