import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { subpathSource } from "../support/example.ts";
import { readText, repository } from "../support/repository.ts";

const { exports }: { exports: Record<string, unknown> } = JSON.parse(readText("package.json"));
const subpaths = Object.keys(exports).filter((subpath) => subpath !== "./package.json");

test("every subpath of package.json has a source", () => {
  const sources = subpaths.map(subpathSource);
  expect(sources.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

// The snapshot is the public interface: a line that appears or goes is a line in CHANGELOG.md.
test("each subpath exports the names of the snapshot", { timeout: 120_000 }, () => {
  const sources = subpaths.map((subpath) => join(repository, subpathSource(subpath)));
  const { config } = ts.readConfigFile(join(repository, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
  const program = ts.createProgram(sources.filter(existsSync), options);
  const interfaceOf = (source: string): string[] => {
    const file = program.getSourceFile(source);
    const module = file && program.getTypeChecker().getSymbolAtLocation(file);
    return module ? exportedNames(program.getTypeChecker(), module) : [];
  };
  expect(
    Object.fromEntries(subpaths.map((subpath, i) => [subpath, interfaceOf(sources[i] ?? "")])),
  ).toMatchSnapshot();
});

function exportedNames(checker: ts.TypeChecker, module: ts.Symbol): string[] {
  return checker
    .getExportsOfModule(module)
    .map((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return `${kindOf(target.flags)} ${symbol.name}`;
    })
    .sort();
}

function kindOf(flags: ts.SymbolFlags): string {
  if (flags & ts.SymbolFlags.Class) return "class";
  if (flags & ts.SymbolFlags.Function) return "function";
  if (flags & ts.SymbolFlags.Variable) return "const";
  return "type";
}
