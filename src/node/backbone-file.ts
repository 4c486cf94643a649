/** The file of a pretrained network as an option. */
import { readFile } from "node:fs/promises";
import { OnnxFormatError } from "../base/errors.ts";
import { type Backbone, openBackbone } from "../methods/index.ts";
import { type FilePath, pathOf } from "./file-input.ts";
import { fileError } from "./system-error.ts";

/**
 * The options of a method with the backbone itself instead of its path.
 *
 * @throws {FileError} E_FILE if it cannot be read; {OnnxFormatError} E_ONNX if it is no backbone, naming the file.
 */
export async function withBackbone<T extends { readonly backbone?: FilePath | undefined }>(
  options: T,
): Promise<Omit<T, "backbone"> & { readonly backbone?: Backbone }> {
  const { backbone: path, ...rest } = options;
  return path === undefined ? rest : { ...rest, backbone: await readBackbone(pathOf("backbone", path)) };
}

async function readBackbone(path: string): Promise<Backbone> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError(path, "read", error);
  }
  try {
    return await openBackbone(bytes);
  } catch (error) {
    if (error instanceof OnnxFormatError)
      throw new OnnxFormatError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
