/**
 * Runs examples of the documentation: code in which a line ends in `//=> value`.
 *
 * The value of the statement on that line (or of the one constant it declares) must equal what the comment says, read as
 * code in the same scope (typed arrays as Node prints them: `Float32Array [1, 2]`); `//=> throws E_CODE` says that the statement throws a RadarError with that code.
 */
import { join } from "node:path";
import ts from "typescript";
import { expect } from "vitest";
import { Random } from "../../src/base/random.ts";
import { readText, repository } from "./repository.ts";

/** A piece of example code and where it stands. */
export interface Example {
  /** Path of the file, relative to the repository. */
  readonly path: string;
  /** Line of the example's first line, counted from 1. */
  readonly line: number;
  readonly code: string;
}

/** The `@example` blocks of a source file that state values. */
export function sourceExamples(path: string, text: string = readText(path)): Example[] {
  const examples: Example[] = [];
  for (const comment of text.matchAll(/^[ \t]*\/\*\*[\s\S]*?\*\//gm)) {
    const lines = comment[0].split("\n").map((line) => line.replace(/^\s*(\/\*\*|\*\/|\*) ?|\s*\*\/$/g, ""));
    const firstLine = text.slice(0, comment.index).split("\n").length;
    lines.forEach((line, i) => {
      if (!/^@example\b/.test(line)) return;
      const rest = lines.slice(i + 1);
      const end = rest.findIndex((next) => /^@[a-z]+\b/i.test(next));
      const block = (end === -1 ? rest : rest.slice(0, end)).map((next) =>
        next.startsWith("```") ? "" : next,
      );
      examples.push({ path, line: firstLine + i + 1, code: block.join("\n") });
    });
  }
  return examples.filter(({ code }) => code.includes("//=>"));
}

/** The TypeScript blocks of a page that state values. */
export function pageExamples(path: string, text: string = readText(path)): Example[] {
  return [...text.matchAll(/^```(?:ts|typescript|js|javascript)\n([\s\S]*?)^```/gm)]
    .map((block) => ({
      path,
      line: text.slice(0, block.index).split("\n").length + 1,
      code: block[1] ?? "",
    }))
    .filter(({ code }) => code.includes("//=>"));
}

/**
 * Runs one example with `Random` and the names that its own file exports in scope (a page imports what it needs from "radar-ad").
 *
 * @throws {Error} naming file and line where a stated value is not the value.
 */
export async function runExample(example: Example): Promise<void> {
  const own = example.path.endsWith(".ts") ? await load(example.path) : {};
  const check = (actual: unknown, expected: unknown, line: number): void =>
    expect(actual, `${example.path}:${line}`).toEqual(expected);
  const checkThrows = async (run: () => Promise<unknown>, code: string, line: number): Promise<void> => {
    const error: unknown = await run().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error, `${example.path}:${line}`).toMatchObject({ code });
  };
  const scope = { Random, ...own, $import: importSubpath, $check: check, $throws: checkThrows };
  const body = `return (async () => {"use strict";\n${checkedCode(example)}\n})();`;
  const run = new Function(...Object.keys(scope), body);
  await run(...Object.values(scope));
}

/** The example as JavaScript in which each stated value has become a check. */
function checkedCode(example: Example): string {
  const file = ts.createSourceFile("example.ts", example.code, ts.ScriptTarget.ES2023, true);
  const lines = example.code.split("\n");
  let stated = 0;
  const pieces = file.statements.map((statement) => {
    const endLine = file.getLineAndCharacterOfPosition(statement.getEnd()).line;
    const value = /\/\/=>\s*(.*)$/.exec(lines[endLine] ?? "")?.[1]?.trim();
    const isLast = !file.statements.some(
      (other) =>
        other.pos > statement.pos && file.getLineAndCharacterOfPosition(other.getStart()).line === endLine,
    );
    const text = importFree(statement) ?? statement.getText();
    if (value === undefined || !isLast) return text;
    stated += 1;
    return statementWithCheck(statement, text, { value, line: example.line + endLine });
  });
  const written = example.code.split("//=>").length - 1;
  if (stated !== written) {
    throw new Error(
      `${example.path}:${example.line}: expected each //=> at the end of a statement, got ${written - stated} elsewhere.`,
    );
  }
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  return ts
    .transpileModule(pieces.join("\n"), { compilerOptions: options })
    .outputText.replace("export {};", "");
}

function statementWithCheck(
  statement: ts.Statement,
  text: string,
  { value, line }: { value: string; line: number },
): string {
  const thrown = /^throws (E_\w+)$/.exec(value)?.[1];
  if (thrown !== undefined) return `await $throws(async () => { ${text} }, "${thrown}", ${line});`;
  if (ts.isExpressionStatement(statement)) {
    return `$check(await (${statement.expression.getText()}), (${asCode(value)}), ${line});`;
  }
  const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [];
  const [only] = declared;
  if (only === undefined || declared.length > 1 || !ts.isIdentifier(only.name)) {
    throw new Error(
      `line ${line}: expected //=> after an expression or after one constant, got ${JSON.stringify(text)}.`,
    );
  }
  return `${text}\n$check(${only.name.text}, (${asCode(value)}), ${line});`;
}

/** A stated value as code: typed arrays are written as Node prints them, `Float64Array [0, 1]`. */
function asCode(value: string): string {
  return value.replace(/\b([A-Z]\w+Array) (\[[^\]]*\])/g, "new $1($2)");
}

/** An import of the package as a destructuring, since an example runs inside a function; undefined for other statements. */
function importFree(statement: ts.Statement): string | undefined {
  if (!ts.isImportDeclaration(statement)) return undefined;
  const bindings = statement.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) {
    throw new Error(`expected import { names }, got ${statement.getText()}.`);
  }
  const names = bindings.elements
    .filter((element) => !element.isTypeOnly)
    .map((element) =>
      element.propertyName ? `${element.propertyName.text}: ${element.name.text}` : element.name.text,
    );
  return `const { ${names.join(", ")} } = await $import(${statement.moduleSpecifier.getText()});`;
}

/** Source of one of the package's subpaths, as package.json's exports name them. */
export function subpathSource(subpath: string): string {
  const { exports }: { exports: Record<string, { default?: string }> } = JSON.parse(readText("package.json"));
  const built = exports[subpath]?.default;
  if (built === undefined) throw new Error(`expected a subpath of package.json's exports, got ${subpath}.`);
  return built.replace(/^\.\/dist\//, "src/").replace(/\.js$/, ".ts");
}

function importSubpath(specifier: string): Promise<Record<string, unknown>> {
  return load(subpathSource(specifier.replace(/^radar-ad/, ".")));
}

function load(path: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ join(repository, path));
}
