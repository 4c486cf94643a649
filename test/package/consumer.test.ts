import { beforeAll, expect, test } from "vitest";
import { compile, linkPackage } from "../support/consumer.ts";
import { buildRadar } from "../support/radar.ts";
import { readText } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();

beforeAll(() => {
  buildRadar();
  linkPackage(folder.path);
}, 600_000);

test("a strict project can name every export of every subpath", { timeout: 300_000 }, () => {
  const sources: Record<string, string> = {};
  const snapshot = readText("test/package/__snapshots__/exports.test.ts.snap");
  for (const [, subpath = "", list = ""] of snapshot.matchAll(/^ {2}"(\.[^"]*)": \[\n([\s\S]*?)^ {2}\],/gm)) {
    const names = [...list.matchAll(/"(\w+) (\w+)"/g)].map(([, kind, name]) =>
      kind === "type" ? `type ${name}` : `${name}`,
    );
    const specifier = subpath.replace(/^\./, "radar-ad");
    sources[`subpath${Object.keys(sources).length}`] =
      `export { ${names.join(", ")} } from "${specifier}";\n`;
  }
  expect(Object.keys(sources).length).toBeGreaterThan(10);
  const ofPages = Object.entries(sources).filter(([, text]) => text.includes('"radar-ad/web"'));
  expect(ofPages).toHaveLength(1);
  const ofNode = Object.entries(sources).filter(([, text]) => !text.includes('"radar-ad/web"'));
  expect(compile(folder.path, Object.fromEntries(ofNode))).toEqual([]);
  const lib = ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts", "lib.dom.d.ts"]; // what pages have
  expect(compile(folder.path, Object.fromEntries(ofPages), { lib })).toEqual([]);
});
