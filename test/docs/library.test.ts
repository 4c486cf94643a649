/** docs/library.md: every block is compiled against the built package and run, in order, in a folder with a data set. */
import { beforeAll, expect, test } from "vitest";
import { compile, linkPackage, run } from "../support/consumer.ts";
import { buildRadar } from "../support/radar.ts";
import { readText } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const blocks = [...readText("docs/library.md").matchAll(/^## (.*)$|^```ts\n([\s\S]*?)^```/gm)];
const snippets: { name: string; heading: string; code: string }[] = [];
let heading = "";
for (const [, title, code] of blocks) {
  if (title !== undefined) heading = title;
  // The one thing that is not run as it stands: a training of twenty minutes.
  const tiny = "length: { steps: 4 }, preset: 'fast', imageSize: 16, batchSize: 2";
  if (code !== undefined) {
    const text = code
      .replaceAll("length: { minutes: 20 }", tiny)
      .replace("const options = {", "const options: TrainOptions = {");
    const typed = text.includes("TrainOptions")
      ? `import type { TrainOptions } from "radar-ad";\n${text}`
      : text;
    snippets.push({ name: `snippet${snippets.length}`, heading, code: typed });
  }
}

beforeAll(async () => {
  buildRadar();
  linkPackage(folder.path);
  await writeTinySet(folder.at("parts"));
}, 600_000);

test("every block compiles, strictly, with what the package exports", { timeout: 300_000 }, () => {
  expect(compile(folder.path, Object.fromEntries(snippets.map(({ name, code }) => [name, code])))).toEqual(
    [],
  );
});

test.each(snippets)("$name runs: $heading", { timeout: 300_000 }, ({ name, heading: title }) => {
  const { status, stdout, stderr } = run(folder.path, name);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  if (title === "Stop and resume") expect(stdout).toBe("the user wants to go home\n");
  else expect(stdout).not.toBe("");
  if (title === "What blocks, and for how long") expect(stdout).toMatch(/turned [1-9]\d* times/);
});
