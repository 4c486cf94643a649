/**
 * Trainings of a server, each in a folder of its own: `job.json`, the pictures, the model with its checkpoint.
 *
 * What is in the folder is all there is: a server that was killed goes on, after its start, with what was queued or running, from the last
 * checkpoint, and ends with the same bits.
 */
import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { AbortError, OptionError, ServiceError } from "../../base/errors.ts";
import { ensureFolder, writeFileAtomic } from "../../node/atomic-file.ts";
import { imageFormat } from "../../node/image-format.ts";
import { problemOf } from "../http-error.ts";
import type { BodyFile } from "../request-body.ts";
import { type Job, type JobOptions, jobSchema } from "./job.ts";
import type { TrainingNews, TrainJob } from "./train-job.ts";

/** What {@link Jobs} stands on. */
export interface JobsOptions {
  readonly folder: string;
  readonly train: TrainJob;
  /** Trainings that are under way at a time; the others wait for their turn. */
  readonly atOnce: number;
  /** Makes a model file a version of a detector. @returns the version. */
  readonly publish: (detector: string, model: Uint8Array) => Promise<string>;
  readonly clock: () => Date;
}

interface Entry {
  job: Job;
  readonly watchers: Set<(job: Job) => void>;
}

const noStage = { stage: null, stageProgress: null } satisfies Partial<Job>;

/** The jobs of a server. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  #hasEnded = false;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Reads what is in the folder, and goes on with what was not finished. */
  async open(): Promise<void> {
    const { folder } = this.#options;
    await ensureFolder(folder);
    for (const id of (await readdir(folder)).sort()) {
      const job = await readJob(join(folder, id, "job.json"));
      if (job === undefined) continue; // killed between folder and file: nothing was answered of it
      this.#entries.set(id, { job, watchers: new Set() });
      if (job.state === "running") await this.#change(id, { state: "queued" });
    }
    this.#next();
  }

  /** All jobs, the newest first. */
  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job).toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** @throws {ServiceError} E_NOT_FOUND if there is none of that id. */
  get(id: string): Job {
    return this.#entry(id).job;
  }

  /** A new job, which takes pictures until it is started. */
  async create(detector: string, options: JobOptions): Promise<Job> {
    if (options.steps !== undefined && options.minutes !== undefined) {
      throw new OptionError("options: expected steps or minutes, got both. Leave one out.");
    }
    const createdAt = this.#options.clock();
    const id = `${createdAt.getTime().toString(36).padStart(9, "0")}${randomBytes(4).toString("hex")}`;
    const job: Job = {
      id,
      detector,
      options,
      state: "open",
      createdAt: createdAt.toISOString(),
      pictures: 0,
      step: null,
      totalSteps: null,
      loss: null,
      ...noStage,
      version: null,
      error: null,
    };
    await ensureFolder(this.#at(id, "good"));
    await this.#write(job);
    this.#entries.set(id, { job, watchers: new Set() });
    return job;
  }

  /** Adds good pictures to an open job. @throws {ServiceError} E_CONFLICT if it is not open; {OptionError} E_OPTION if one is no picture. */
  async addPictures(id: string, files: readonly BodyFile[]): Promise<Job> {
    this.#expect(id, ["open"]);
    for (const { name, bytes } of files) {
      if (imageFormat(bytes) !== null) continue;
      throw new OptionError(`${name ?? "picture"}: expected a picture, got a file of no known format.`);
    }
    const at = this.get(id).pictures;
    for (const [i, { bytes }] of files.entries()) {
      const name = `${String(at + i).padStart(6, "0")}.${imageFormat(bytes)}`;
      await writeFileAtomic(this.#at(id, "good", name), bytes);
    }
    return this.#change(id, { pictures: at + files.length });
  }

  /** Queues a job. @throws {ServiceError} E_CONFLICT if it is under way, or done. */
  async start(id: string): Promise<Job> {
    this.#expect(id, ["open", "failed", "cancelled"]);
    const job = await this.#change(id, { state: "queued", error: null });
    this.#next();
    return job;
  }

  /** Stops a job within one step; it can be started again, and goes on from there. @throws {ServiceError} E_CONFLICT if it is not under way. */
  async cancel(id: string): Promise<Job> {
    this.#expect(id, ["queued", "running"]);
    const running = this.#running.get(id);
    if (running !== undefined) {
      running.stop.abort("cancelled");
      await running.ended;
      return this.get(id);
    }
    return this.#change(id, { state: "cancelled" });
  }

  /** Removes a job with its pictures. @throws {ServiceError} E_CONFLICT if it is under way. */
  async remove(id: string): Promise<void> {
    this.#expect(id, ["open", "done", "failed", "cancelled"]);
    this.#entries.delete(id);
    await rm(this.#at(id), { recursive: true, force: true });
  }

  /** Calls with the job as it is and whenever it changes, until what is returned is called. */
  watch(id: string, watcher: (job: Job) => void): () => void {
    const { job, watchers } = this.#entry(id);
    watchers.add(watcher);
    watcher(job);
    return () => watchers.delete(watcher);
  }

  /** Stops what runs, with a checkpoint; the next start goes on with it. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    const running = [...this.#running.values()];
    for (const { stop } of running) stop.abort("ending");
    await Promise.all(running.map(({ ended }) => ended));
    for (const { job, watchers } of this.#entries.values()) for (const watcher of watchers) watcher(job);
  }

  /** Whether no job goes on any more, until the next start. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  #entry(id: string): Entry {
    const found = this.#entries.get(id);
    if (found !== undefined) return found;
    throw new ServiceError(
      "E_NOT_FOUND",
      `job: expected the id of a job, got ${JSON.stringify(id.slice(0, 60))}.`,
    );
  }

  #expect(id: string, states: readonly Job["state"][]): void {
    const { state } = this.get(id);
    if (states.includes(state)) return;
    throw new ServiceError(
      "E_CONFLICT",
      `job ${id}: expected one that is ${states.join(" or ")}, got one that is ${state}.`,
    );
  }

  #at(id: string, ...names: string[]): string {
    return join(this.#options.folder, id, ...names);
  }

  async #write(job: Job): Promise<void> {
    await writeFileAtomic(this.#at(job.id, "job.json"), JSON.stringify(job));
  }

  async #change(id: string, change: Partial<Job>): Promise<Job> {
    const job = this.#tell(id, change);
    await this.#write(job);
    return job;
  }

  /** What changes with every step is told, and not written: after a restart the checkpoint knows it. */
  #tell(id: string, change: Partial<Job>): Job {
    const entry = this.#entry(id);
    entry.job = { ...entry.job, ...change };
    for (const watcher of entry.watchers) watcher(entry.job);
    return entry.job;
  }

  #next(): void {
    while (!this.#hasEnded && this.#running.size < this.#options.atOnce) {
      const job = this.list().findLast(({ id, state }) => state === "queued" && !this.#running.has(id));
      if (job === undefined) return;
      const stop = new AbortController();
      const ended = this.#run(job, stop.signal).finally(() => {
        this.#running.delete(job.id);
        this.#next();
      });
      this.#running.set(job.id, { stop, ended });
    }
  }

  async #run({ id, detector, options }: Job, signal: AbortSignal): Promise<void> {
    const { train, publish } = this.#options;
    try {
      await this.#change(id, { state: "running" });
      const model = await train({
        id,
        detector,
        options,
        pictures: this.#at(id, "good"),
        model: this.#at(id, "model.onnx"),
        signal,
        onNews: (news: TrainingNews) => this.#tell(id, news),
      });
      const version = await publish(detector, model);
      await this.#change(id, { state: "done", ...noStage, version });
    } catch (error) {
      if (this.#hasEnded) return; // still "running" in its file: the next start goes on with it
      const isCancelled = error instanceof AbortError && signal.aborted;
      await this.#change(
        id,
        isCancelled
          ? { state: "cancelled", ...noStage }
          : { state: "failed", ...noStage, error: problemOf(error).body.error },
      );
    }
  }
}

async function readJob(path: string): Promise<Job | undefined> {
  try {
    return jobSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}
