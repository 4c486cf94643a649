import { expect, test } from "vitest";
import * as errors from "../../src/base/errors.ts";
import { ownFiles, readText } from "../support/repository.ts";

const sections = readText("docs/errors.md").split(/^## /m).slice(1);

test("docs/errors.md has one section for each error code, in the order of base/errors.ts", () => {
  expect(sections.map((section) => section.split("\n", 1)[0])).toEqual([...errors.errorCodes]);
});

test("every section of docs/errors.md names a class that base/errors.ts exports, a cause and a remedy", () => {
  for (const section of sections) {
    const [, name] = /^Class `(\w+)`\. \*\*Cause:\*\* \S[\s\S]*\n\*\*Remedy:\*\* \S/m.exec(section) ?? [];
    expect(Object.keys(errors), section).toContain(name);
  }
});

test("every error code is thrown somewhere", () => {
  const byClass: Partial<Record<errors.ErrorCode, string>> = {
    E_OPTION: "new OptionError(",
    E_ONNX: "new OnnxFormatError(",
    E_BACKEND: "new BackendError(",
    E_FILE: "new FileError(",
    E_ABORTED: "new AbortError(",
  };
  const text = ownFiles()
    .filter((path) => /^src\/.*(?<!\.test)\.ts$/.test(path) && path !== "src/base/errors.ts")
    .map(readText)
    .join("\n");
  expect(errors.errorCodes.filter((code) => !text.includes(byClass[code] ?? `"${code}"`))).toEqual([]);
});
