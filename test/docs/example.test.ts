import { describe, expect, test } from "vitest";
import { pageExamples, runExample, sourceExamples } from "../support/example.ts";
import { ownFiles } from "../support/repository.ts";

const files = ownFiles();
const sources = files.filter((path) => /^src\/.*(?<!\.test)\.ts$/.test(path));
const pages = files.filter((path) => path.endsWith(".md"));
const examples = [
  ...sources.flatMap((path) => sourceExamples(path)),
  ...pages.flatMap((path) => pageExamples(path)),
];

test("there are documented examples with stated values", () => {
  expect(examples.length).toBeGreaterThan(0);
});

test.each(examples)("the example at $path:$line gives the values it states", runExample);

describe("the runner of examples", () => {
  const run = (code: string): Promise<void> => runExample({ path: "src/base/shape.ts", line: 1, code });

  test("finds the blocks between @example and the next tag, and the line they stand on", () => {
    const text = "const a = 1;\n/**\n * Twice x.\n * @example\n * twice(2); //=> 4\n * @see nothing\n */\n";
    expect(sourceExamples("src/x.ts", text)).toEqual([
      { path: "src/x.ts", line: 5, code: "twice(2); //=> 4" },
    ]);
  });

  test("finds the TypeScript blocks of a page that state values", () => {
    const text = "# T\n```ts\n1 + 1; //=> 2\n```\n```sh\nls //=> x\n```\n```ts\nf();\n```\n";
    expect(pageExamples("x.md", text)).toEqual([{ path: "x.md", line: 3, code: "1 + 1; //=> 2\n" }]);
  });

  test("accepts true values of expressions over several lines, constants, promises and the file's own exports", async () => {
    await run("const s: number = sizeOf([2, 3]); //=> 6\n[s,\n  1]; //=> [6, 1]\nPromise.resolve(s); //=> 6");
  });

  test("accepts an import from the package and an error code", async () => {
    const code = 'import { auroc } from "radar-ad/metrics";\nauroc([1, 2], [0, 0]); //=> throws E_ONE_CLASS';
    await run(code);
  });

  test("refuses a wrong value, naming file and line", async () => {
    await expect(run("sizeOf([2]);\nsizeOf([2, 3]); //=> 5")).rejects.toThrow("src/base/shape.ts:2");
  });

  test("refuses an error code that is not thrown", async () => {
    await expect(run("sizeOf([2]); //=> throws E_SHAPE")).rejects.toThrow("src/base/shape.ts:1");
  });

  test("refuses a stated value that belongs to no statement", async () => {
    await expect(run("//=> 5\nsizeOf([2]);")).rejects.toThrow("at the end of a statement");
  });
});
