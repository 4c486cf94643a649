/** A folder for the files of one test file. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Path of a file in a new folder that is removed when the test file ends. */
export interface TemporaryFolder {
  readonly path: string;
  /** Path of something in the folder. */
  at(...names: string[]): string;
  /** Writes a file, with the folders above it, and returns its path. */
  write(name: string, content: string | Uint8Array): string;
}

/** Makes the folder; call it at the top of a test file. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "radar-ad-"));
  afterAll(() => rmSync(path, { recursive: true }));
  const at = (...names: string[]): string => join(path, ...names);
  return {
    path,
    at,
    write(name, content) {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), content);
      return at(name);
    },
  };
}
