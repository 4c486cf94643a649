import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { relativeLinks } from "../support/relative-links.ts";
import { ownFiles, readText, repository } from "../support/repository.ts";

const pages = ownFiles().filter((path) => path.endsWith(".md"));

test("every relative link and picture in a .md file leads to a file that is there, and to a heading that is there", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const link of relativeLinks(readText(page))) {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
      if (!existsSync(join(repository, target))) broken.push(`${page}: ${link}`);
      else if (anchor !== undefined && target.endsWith(".md") && !anchors(readText(target)).has(anchor)) {
        broken.push(`${page}: ${link} (no such heading)`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test("relative links are found in text and pictures, not in code", () => {
  const text =
    "[a](x.md) ![b](y.png 'title') [c](https://example.org) `[d](z.md)`\n```\n[e](w.md)\n```\n[f]: v.md";
  expect(relativeLinks(text)).toEqual(["x.md", "y.png", "v.md"]);
});

test("anchors follow the headings, numbered where a heading repeats", () => {
  expect([...anchors("# E_SHAPE\n## What it *is*, and why?\n## `a` b\n## E_SHAPE")]).toEqual([
    "e_shape",
    "what-it-is-and-why",
    "a-b",
    "e_shape-1",
  ]);
});

/** The fragments by which GitHub links to a page's headings. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
  for (const [, heading = ""] of prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, "")
      .replaceAll(" ", "-");
    let name = slug;
    for (let i = 1; found.has(name); i++) name = `${slug}-${i}`;
    found.add(name);
  }
  return found;
}
