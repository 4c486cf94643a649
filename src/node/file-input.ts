/** Files as callers name them: by path or URL, or as bytes that they have read. */
import { fileURLToPath } from "node:url";
import { describe } from "../base/check.ts";
import type { OptionCheck } from "../base/check-options.ts";
import { OptionError } from "../base/errors.ts";

/** Where a file is: a path, or a `file:` URL. */
export type FilePath = string | URL;

/** A file: where it is, or its bytes. */
export type FileInput = FilePath | Uint8Array | ArrayBuffer;

/**
 * A path as the system takes it.
 *
 * @param name - Names the argument in messages.
 * @throws {OptionError} E_OPTION if it is empty, no text, or a URL of something else than a file.
 */
export function pathOf(name: string, path: FilePath): string {
  if (typeof path === "string" && path !== "") return path;
  if (isUrl(path)) {
    if (path.protocol === "file:") return fileURLToPath(path);
    throw new OptionError(
      `${name}: expected a path or a file: URL, got one of ${path.protocol} Fetch it, and give the bytes.`,
    );
  }
  throw new OptionError(`${name}: expected a path or a file: URL, got ${describe(path)}.`);
}

/** A {@link FilePath} among options. */
export const filePath: OptionCheck = (name, value) => {
  if (typeof value === "string" || isUrl(value)) pathOf(name, value);
  else throw new OptionError(`${name}: expected a path or a file: URL, got ${describe(value)}.`);
};

/**
 * The bytes that were given, or the path they are at.
 *
 * @param name - Names the argument in messages.
 * @throws {OptionError} E_OPTION as {@link pathOf}.
 */
export function bytesOrPath(name: string, input: FileInput): Uint8Array | string {
  if (typeof input === "string" || isUrl(input)) return pathOf(name, input);
  if (isBytes(input) || isArrayBuffer(input)) return bytesOf(name, input);
  throw new OptionError(
    `${name}: expected a path, a file: URL, a Uint8Array or an ArrayBuffer, got ${describe(input)}.`,
  );
}

/**
 * Bytes as a plain Uint8Array on the same memory.
 *
 * @param name - Names the argument in messages.
 * @throws {OptionError} E_OPTION if they are none.
 */
export function bytesOf(name: string, input: Uint8Array | ArrayBuffer): Uint8Array {
  if (isBytes(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (isArrayBuffer(input)) return new Uint8Array(input);
  throw new OptionError(
    `${name}: expected bytes (Uint8Array or ArrayBuffer), got ${describe(input)}. A file is read first.`,
  );
}

// By their tags, so that those of another realm, such as a test runner's, are known too.
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Whether it is a Uint8Array, such as a Buffer. */
export function isBytes(value: unknown): value is Uint8Array {
  return tagOf(value) === "Uint8Array";
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return tagOf(value) === "ArrayBuffer" || tagOf(value) === "SharedArrayBuffer";
}

function isUrl(value: unknown): value is URL {
  return tagOf(value) === "URL";
}
