/** The repository as its tests see it: where it is, and which text files belong to it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository, without a trailing separator. */
export const repository: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

/** Text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

/**
 * Paths, relative and with forward slashes, of the repository's own files: without version control's, and without
 * the folders and endings that .gitignore names (it uses no other kinds of pattern).
 */
export function ownFiles(): string[] {
  const ignored = readText(".gitignore").split("\n").filter(Boolean);
  const isIgnored = (name: string): boolean =>
    name === ".git" ||
    ignored.some((line) =>
      line.startsWith("*") ? name.endsWith(line.slice(1)) : name === line.replace(/\/$/, ""),
    );
  const walk = (folder: string): string[] =>
    readdirSync(join(repository, folder), { withFileTypes: true })
      .filter((entry) => !isIgnored(entry.name))
      .flatMap((entry) => {
        const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return walk(path);
        return entry.isFile() ? [path] : [];
      });
  return walk("").sort();
}

/**
 * What a text tells of the machine it was written on: absolute paths of home and working folders, and hosts of package
 * registries and mirrors. Our own examples say `~/parts` or `/path/to/parts`.
 */
export function machineTraces(text: string): string[] {
  const paths =
    /(?<![\w.~-])(?:\/(?:wor[k]|far[m]|roo[t]|User[s]|hom[e])\/|\/tm[p]\/bash|[A-Z]:\\User[s]\\)[^\s"'`)]*/g;
  const hosts = /https?:\/\/[\w.-]*(?:registr[y]|mirro[r]|artifactor[y]|verdacci[o])[\w.-]*[^\s"'`)]*/gi;
  return [...(text.match(paths) ?? []), ...(text.match(hosts) ?? [])];
}
