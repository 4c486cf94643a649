/** A project that uses the built package as its users do: installed by a link, compiled strictly, run by Node. */
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { repository } from "./repository.ts";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ["node"],
  typeRoots: [join(repository, "node_modules", "@types")],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};

/** Makes a folder a project that has the package. */
export function linkPackage(folder: string): void {
  const link = join(folder, "node_modules", "radar-ad");
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(repository, link, "dir");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
}

/**
 * Compiles TypeScript files of a project; the output lies beside them.
 *
 * @param sources - Text by name, without extension.
 * @param more - Options besides those of a project for Node.
 * @returns What the compiler has against them and against the package's declarations; not against those of others.
 */
export function compile(
  folder: string,
  sources: Readonly<Record<string, string>>,
  more: ts.CompilerOptions = {},
): string[] {
  const paths = Object.entries(sources).map(([name, text]) => {
    const path = join(folder, `${name}.mts`);
    writeFileSync(path, text);
    return path;
  });
  const program = ts.createProgram(paths, { ...options, ...more });
  const { diagnostics } = program.emit();
  const ours = [folder, join(repository, "dist")].map((path) => path.replaceAll("\\", "/"));
  const found = [...ts.getPreEmitDiagnostics(program), ...diagnostics].filter(
    ({ file }) => file === undefined || ours.some((path) => file.fileName.startsWith(path)),
  );
  return found.map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    return `${file?.fileName ?? ""}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}

/** Runs a compiled file in its project. */
export function run(folder: string, name: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(folder, `${name}.mjs`)], { cwd: folder, encoding: "utf8" });
}
