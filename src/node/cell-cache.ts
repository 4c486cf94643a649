/** The folder in which a benchmark keeps what it has done, so that it goes on where it was stopped. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "../base/schema.ts";
import { type Cell, type CellResult, cellResultSchema } from "../benchmark/index.ts";
import { prepareFolder, writeFileAtomic } from "./atomic-file.ts";
import { type TrainedCell, trainedCellSchema } from "./benchmark-cell.ts";
import { pathKind } from "./path-kind.ts";
import { systemCode } from "./system-error.ts";

/** Results, models and networks by the key of their cell. What is read is checked; a bad file is as good as none. */
export interface CellCache {
  /** Folder of trained networks. */
  readonly networkFolder: string;
  /** Where the model of a cell is, or will be. */
  readonly modelPath: (cell: Cell) => string;
  readonly loadResult: (cell: Cell) => Promise<CellResult | undefined>;
  readonly saveResult: (cell: Cell, result: CellResult) => Promise<void>;
  /** What the training of a cell took; undefined unless its model is there too. */
  readonly loadTrained: (cell: Cell) => Promise<TrainedCell | undefined>;
  readonly saveTrained: (cell: Cell, trained: TrainedCell) => Promise<void>;
}

/**
 * Opens the cache in a folder, which is made where missing: `cells/<key>.json`, `models/<key>.onnx` and `.json`,
 * `networks/<code>/<key>.safetensors`. Each file is written atomically.
 *
 * @param code - Digest of the code that trains: what other code trained is left alone.
 * @throws {FileError} E_FILE if the folder cannot be made.
 */
export async function openCellCache(folder: string, code: string): Promise<CellCache> {
  const at = (...names: string[]): string => join(folder, ...names);
  for (const name of ["cells", "models"]) await prepareFolder(at(name));
  const resultPath = ({ key }: Cell): string => at("cells", `${key}.json`);
  const trainedPath = ({ key }: Cell): string => at("models", `${key}.json`);
  const modelPath = ({ key }: Cell): string => at("models", `${key}.onnx`);
  return {
    networkFolder: at("networks", code.slice(0, 16)),
    modelPath,
    loadResult: (cell) => readJson(resultPath(cell), cellResultSchema),
    saveResult: (cell, result) => {
      const { set, method, seed } = cell;
      const named = { set: set.name, method: method.label, seed, ...result }; // the names are for people
      return writeFileAtomic(resultPath(cell), `${JSON.stringify(named)}\n`);
    },
    loadTrained: async (cell) => {
      const hasModel = (await pathKind(modelPath(cell))) === "file";
      return hasModel ? readJson(trainedPath(cell), trainedCellSchema) : undefined;
    },
    saveTrained: (cell, trained) => writeFileAtomic(trainedPath(cell), `${JSON.stringify(trained)}\n`),
  };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const isBad = error instanceof z.ZodError || error instanceof SyntaxError;
    if (isBad || systemCode(error) !== undefined) return undefined;
    throw error;
  }
}
