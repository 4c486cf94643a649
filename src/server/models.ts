/** The detectors of a folder: `<name>.onnx` is served as `name`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FileError, ServiceError } from "../base/errors.ts";
import { fileHash } from "../detectors/content-hash.ts";
import { readModelFile } from "../node/load-detector.ts";
import { fileError } from "../node/system-error.ts";
import type { Limits } from "./limits.ts";
import { namePattern } from "./schemas.ts";
import type { StartScorer } from "./scorer.ts";
import { type ModelObserver, ServedModel } from "./served-model.ts";

/** What {@link Models} stands on. */
export interface ModelsOptions extends ModelObserver {
  /** Where the model files are. */
  readonly folder: string;
  readonly limits: Limits;
  readonly start: StartScorer;
  /** Called with what happened to a file, for the log. */
  readonly onEvent: (event: ModelEvent) => void;
}

/** What happened to a model. */
export interface ModelEvent {
  readonly kind: "active" | "refused" | "ignored";
  /** The detector, or the file that is none. */
  readonly name: string;
  readonly version?: string;
  readonly problem?: string;
}

/** The detectors of a server. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #models = new Map<string, ServedModel>();

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** All detectors, by name. */
  list(): ServedModel[] {
    return [...this.#models.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {ServiceError} E_NOT_FOUND if there is none of that name. */
  get(name: string): ServedModel {
    const found = this.#models.get(name);
    if (found !== undefined) return found;
    throw new ServiceError(
      "E_NOT_FOUND",
      `detector: expected one that is served, got ${JSON.stringify(name.slice(0, 80))}. GET /v1/detectors lists them.`,
    );
  }

  /** Whether every detector scores, and nothing is being loaded. */
  get isReady(): boolean {
    return this.list().every(({ active }) => active !== undefined);
  }

  /** Loads the models of the folder. @throws {FileError} E_FILE if it cannot be read. */
  async load(): Promise<void> {
    const { folder, limits, onEvent } = this.#options;
    for (const file of await filesOf(folder)) {
      const name = file.replace(/\.onnx$/, "");
      if (!namePattern.test(name)) {
        onEvent({ kind: "ignored", name: file, problem: "its name is not safe in a URL" });
        continue;
      }
      const model = new ServedModel(name, limits, this.#options);
      this.#models.set(name, model);
      await this.#activate(model, join(folder, file));
    }
  }

  /** Works off all queues and frees all models. */
  async end(): Promise<void> {
    await Promise.all(this.list().map((model) => model.end()));
  }

  async #activate(model: ServedModel, path: string): Promise<void> {
    const { start, onEvent } = this.#options;
    const { name } = model;
    try {
      const version = await fileHash(await readModelFile(path));
      await model.activate(version, await start(path));
      model.problem = null;
      onEvent({ kind: "active", name, version });
    } catch (error) {
      model.problem = error instanceof Error ? error : new Error(String(error));
      onEvent({ kind: "refused", name, problem: model.problem.message });
    }
  }
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && entry.name.endsWith(".onnx"))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (error instanceof FileError) throw error;
    throw fileError(folder, "read", error);
  }
}
