import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { codeDigest } from "./code-digest.ts";

const folder = temporaryFolder();

/** Digest of a package with these files. */
function digestOf(name: string, texts: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(texts)) folder.write(`${name}/${path}`, text);
  return codeDigest(folder.at(name));
}

const files = { "index.js": "1", "methods/radar/radar.js": "const smoothing = 1 / 64;", "graph/op.js": "2" };

test("a digest names the code: the same wherever it lies, another for a changed constant or a changed name", async () => {
  const digest = await digestOf("a", files);
  expect(digest).toMatch(/^[\da-f]{64}$/);
  expect(await digestOf("b", files)).toBe(digest);
  expect(await digestOf("c", { ...files, "methods/radar/radar.js": "const smoothing = 1 / 32;" })).not.toBe(
    digest,
  );
  const { "graph/op.js": text, ...rest } = files;
  expect(await digestOf("d", { ...rest, "graph/other.js": text })).not.toBe(digest);
});

test("types, tests, and what only draws, prints or plans do not count", async () => {
  const digest = await digestOf("e", files);
  const more = {
    "index.d.ts": "x",
    "index.js.map": "x",
    "graph/op.test.ts": "x",
    "report/html.js": "x",
    "cli/main.js": "x",
  };
  expect(await digestOf("f", { ...files, ...more })).toBe(digest);
});

test("this package has one", async () => {
  expect(await codeDigest()).toBe(await codeDigest());
});

test("a folder that is not there is an error", async () => {
  await expect(codeDigest(folder.at("gone"))).rejects.toThrow("ENOENT");
});
