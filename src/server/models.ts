/**
 * The detectors of a folder: `<name>.onnx` is served as `name`, from when it appears until it goes.
 *
 * The file in the folder is what is active, or is to be; every version that was is kept beside it by its content hash. A file that is damaged
 * or fails its self-check never becomes active: what was goes on, after a restart too.
 */
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError } from "../base/errors.ts";
import { fileHash } from "../detectors/content-hash.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { readModelFile } from "../node/load-detector.ts";
import { fileError } from "../node/system-error.ts";
import type { Limits } from "./limits.ts";
import { ModelVersions } from "./model-versions.ts";
import { namePattern } from "./schemas.ts";
import type { StartScorer } from "./scorer.ts";
import { type ModelObserver, ServedModel } from "./served-model.ts";
import { Turns } from "./turns.ts";

/** What {@link Models} stands on. */
export interface ModelsOptions extends ModelObserver {
  /** Where the model files are. */
  readonly folder: string;
  /** Where versions are kept. */
  readonly versions: string;
  readonly limits: Limits;
  readonly start: StartScorer;
  /** Called with what happened to a file, for the log. */
  readonly onEvent: (event: ModelEvent) => void;
}

/** What happened to a model. */
export interface ModelEvent {
  readonly kind: "active" | "refused" | "ignored" | "removed";
  /** The detector, or the file that is none. */
  readonly name: string;
  readonly version?: string;
  readonly problem?: string;
}

interface Entry {
  readonly model: ServedModel;
  readonly versions: ModelVersions;
  /** What the file in the folder looked like when it was last taken up. */
  seen: string;
  /** What it looked like at the last look. */
  looked: string;
}

/** The detectors of a server. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #turns = new Turns();
  readonly #ignored = new Set<string>();
  #isLoaded = false;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** All detectors, by name. */
  list(): ServedModel[] {
    return [...this.#entries.values()]
      .map(({ model }) => model)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {ServiceError} E_NOT_FOUND if there is none of that name. */
  get(name: string): ServedModel {
    return this.#entry(name).model;
  }

  /** The versions of a detector that are kept. @throws {ServiceError} E_NOT_FOUND if there is none of that name. */
  versionsOf(name: string): ModelVersions {
    return this.#entry(name).versions;
  }

  /** Whether the folder was read and every detector scores. */
  get isReady(): boolean {
    return this.#isLoaded && this.list().every(({ active, isInUse }) => active !== undefined || !isInUse);
  }

  /** Takes up what is in the folder now. @throws {FileError} E_FILE if it cannot be read. */
  async load(): Promise<void> {
    await this.#look({ isFirst: true });
    this.#isLoaded = true;
  }

  /**
   * Looks for what has changed in the folder since; a file is taken up when it looks the same at two looks, so that one that is still
   * being written is left alone.
   */
  async look(): Promise<void> {
    await this.#look({ isFirst: false });
  }

  /**
   * Keeps a model file as a version of a detector, new or not, once its self-check has passed.
   *
   * @returns The version.
   * @throws {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND, {ServiceError} E_SELF_CHECK if it does not score here; nothing is kept then.
   */
  async add(name: string, bytes: Uint8Array): Promise<string> {
    return this.#turns.take(name, async () => {
      const entry = this.#entries.get(name) ?? this.#create(name);
      const version = await fileHash(bytes);
      const known = (await entry.versions.list()).some((kept) => kept.version === version);
      try {
        await entry.versions.add(version, bytes);
        await (await this.#options.start(entry.versions.pathOf(version))).end();
      } catch (error) {
        if (!known) await entry.versions.remove(version);
        const { active, isInUse } = entry.model;
        if (active === undefined && !isInUse && (await entry.versions.list()).length === 0)
          this.#entries.delete(name);
        throw error;
      }
      return version;
    });
  }

  /** Runs the self-check of a version. @throws {ServiceError} E_NOT_FOUND, E_SELF_CHECK and as {@link Models.add}. */
  async verify(name: string, version: string): Promise<void> {
    const { versions } = this.#entry(name);
    await versions.bytesOf(version);
    await (await this.#options.start(versions.pathOf(version))).end();
  }

  /**
   * Lets a version that is kept score, and puts it in the folder.
   *
   * @throws {ServiceError} E_NOT_FOUND, E_SELF_CHECK; {OnnxFormatError}, {BackendError}: what was active goes on then.
   */
  async activate(name: string, version: string): Promise<void> {
    await this.#turns.take(name, async () => {
      const entry = this.#entry(name);
      const { versions } = entry;
      await this.#activateKept(entry, version);
      await versions.setActivations(withLast(await versions.activations(), version));
    });
  }

  /**
   * Lets the version score that was active before the present one.
   *
   * @returns That version.
   * @throws {ServiceError} E_CONFLICT if there was none, or it is no longer kept; and as {@link Models.activate}.
   */
  async rollBack(name: string): Promise<string> {
    return this.#turns.take(name, async () => {
      const entry = this.#entry(name);
      const earlier = (await entry.versions.activations()).slice(0, -1);
      const kept = new Set((await entry.versions.list()).map(({ version }) => version));
      const version = earlier.findLast((candidate) => kept.has(candidate));
      if (version === undefined) {
        throw new ServiceError("E_CONFLICT", `${name}: expected a version that was active before, got none.`);
      }
      await this.#activateKept(entry, version);
      await entry.versions.setActivations(earlier.slice(0, earlier.lastIndexOf(version) + 1));
      return version;
    });
  }

  /** Removes a version that does not score. @throws {ServiceError} E_NOT_FOUND; E_CONFLICT if it is the one that scores. */
  async removeVersion(name: string, version: string): Promise<void> {
    await this.#turns.take(name, async () => {
      const entry = this.#entry(name);
      await entry.versions.bytesOf(version);
      if (entry.model.active?.version === version) {
        throw new ServiceError(
          "E_CONFLICT",
          `${name}: expected a version that does not score, got the active one. Activate another first, or delete the detector.`,
        );
      }
      const activations = await entry.versions.activations();
      await entry.versions.setActivations(activations.filter((other) => other !== version));
      await entry.versions.remove(version);
    });
  }

  /** Removes a detector with its file and its versions, once it has answered what it has taken. */
  async remove(name: string): Promise<void> {
    await this.#turns.take(name, async () => {
      const entry = this.#entry(name);
      await rm(this.#fileOf(name), { force: true });
      await entry.versions.removeAll();
      await this.#drop(entry);
    });
  }

  /** Works off all queues and frees all models. */
  async end(): Promise<void> {
    await this.#turns.whenDone();
    await Promise.all([...this.#entries.values()].map(({ model }) => model.end()));
  }

  #entry(name: string): Entry {
    const found = this.#entries.get(name);
    if (found !== undefined) return found;
    throw new ServiceError(
      "E_NOT_FOUND",
      `detector: expected one that is served, got ${JSON.stringify(name.slice(0, 80))}. GET /v1/detectors lists them.`,
    );
  }

  #fileOf(name: string): string {
    return join(this.#options.folder, `${name}.onnx`);
  }

  #create(name: string): Entry {
    const { limits, versions } = this.#options;
    const entry: Entry = {
      model: new ServedModel(name, limits, this.#options),
      versions: new ModelVersions(join(versions, name)),
      seen: "",
      looked: "",
    };
    entry.model.onLost = (version) => {
      this.#changeOf(entry, () => this.#start(entry, version)).catch((error: unknown) => {
        entry.model.problem = error instanceof Error ? error : new Error(String(error));
        this.#options.onEvent({ kind: "refused", name, problem: entry.model.problem.message });
      });
    };
    this.#entries.set(name, entry);
    return entry;
  }

  /** A change of a detector that may have gone by the time its turn comes: then there is nothing to do. */
  #changeOf(entry: Entry, change: () => Promise<void>): Promise<void> {
    const { name } = entry.model;
    return this.#turns.take(name, async () => {
      if (this.#entries.get(name) === entry) await change();
    });
  }

  async #drop(entry: Entry): Promise<void> {
    const { name } = entry.model;
    this.#entries.delete(name);
    await entry.model.end();
    this.#options.onEvent({ kind: "removed", name });
  }

  async #look({ isFirst }: { readonly isFirst: boolean }): Promise<void> {
    const found = new Set<string>();
    for (const file of await modelFiles(this.#options.folder)) {
      const name = file.replace(/\.onnx$/, "");
      if (!namePattern.test(name)) {
        this.#ignore(file);
        continue;
      }
      found.add(name);
      const entry = this.#entries.get(name) ?? this.#create(name);
      const look = await lookOf(this.#fileOf(name));
      const isSteady = isFirst || look === entry.looked;
      entry.looked = look;
      if (look !== entry.seen && isSteady) await this.#changeOf(entry, () => this.#takeUp(entry));
    }
    for (const [name, entry] of this.#entries) {
      const wasThere = entry.seen !== "";
      if (found.has(name) || !wasThere) continue;
      await this.#changeOf(entry, async () => {
        const isStillGone = (await lookOf(this.#fileOf(name))) === ""; // an activation may have put it there meanwhile
        if (isStillGone) await this.#drop(entry);
      });
    }
  }

  /** Lets the file in the folder score, if it is another one than what scores. */
  async #takeUp(entry: Entry): Promise<void> {
    const { model, versions } = entry;
    const { name } = model;
    const path = this.#fileOf(name);
    const activations = await versions.activations();
    try {
      model.isInUse = true;
      entry.seen = await lookOf(path);
      const bytes = await readModelFile(path);
      const version = await fileHash(bytes);
      if (version !== model.active?.version) {
        const known = (await versions.list()).some((kept) => kept.version === version);
        await versions.add(version, bytes);
        try {
          await this.#start(entry, version);
        } catch (error) {
          if (!known) await versions.remove(version);
          throw error;
        }
        if (activations.at(-1) !== version) await versions.setActivations([...activations, version]);
      }
      model.problem = null;
    } catch (error) {
      model.problem = error instanceof Error ? error : new Error(String(error));
      this.#options.onEvent({ kind: "refused", name, problem: model.problem.message });
      const last = activations.at(-1);
      if (model.active === undefined && last !== undefined) await this.#start(entry, last).catch(() => {});
    }
  }

  async #activateKept(entry: Entry, version: string): Promise<void> {
    const bytes = await entry.versions.bytesOf(version);
    await this.#start(entry, version);
    const path = this.#fileOf(entry.model.name);
    await writeFileAtomic(path, bytes);
    entry.seen = entry.looked = await lookOf(path);
    entry.model.problem = null;
    entry.model.isInUse = true;
  }

  async #start({ model, versions }: Entry, version: string): Promise<void> {
    const { start, onEvent } = this.#options;
    await model.activate(version, await start(versions.pathOf(version)));
    onEvent({ kind: "active", name: model.name, version });
  }

  #ignore(file: string): void {
    if (this.#ignored.has(file)) return;
    this.#ignored.add(file);
    this.#options.onEvent({ kind: "ignored", name: file, problem: "its name is not safe in a URL" });
  }
}

function withLast(activations: readonly string[], version: string): string[] {
  return activations.at(-1) === version ? [...activations] : [...activations, version];
}

async function modelFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."));
    return files
      .map(({ name }) => name)
      .filter((name) => name.endsWith(".onnx"))
      .sort();
  } catch (error) {
    throw fileError(folder, "read", error);
  }
}

/** What changes when a file does; empty where there is none. */
async function lookOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return `${size} ${mtimeMs} ${ino}`;
  } catch {
    return "";
  }
}
