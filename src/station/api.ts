/** The server's routes as functions. What they answer is typed by `server/protocol.ts`, which the schemas behind the routes keep to. */
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { DetectorDescription } from "../detectors/description.ts";
import type { Job, JobOptions } from "../server/jobs/job.ts";
import type {
  Calibrated,
  CalibrationRequest,
  Caller,
  DetectorDetails,
  DetectorInfo,
  Drift,
  HistoryPage,
  PastVerdict,
  Said,
  Scores,
} from "../server/protocol.ts";

/** An answer that is no success. */
export class ApiError extends Error {
  /** Of HTTP; 0 where the server did not answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What of the history is looked for, as the route takes it; empty values do not count. */
export type HistoryFilter = Readonly<
  Partial<Record<"detector" | "version" | "anomalous" | "truth" | "from" | "to", string>>
>;

/** As what the history is exported. */
export const historyFormats = ["csv", "parquet"] as const;

/** One of {@link historyFormats}. */
export type HistoryFormat = (typeof historyFormats)[number];

type Query = Readonly<Record<string, string | number | undefined>>;

interface Sent {
  readonly query?: Query | undefined;
  readonly json?: unknown;
  readonly body?: Blob | FormData;
  readonly signal?: AbortSignal;
}

/** The routes, called with one token. Every method throws an {@link ApiError}. */
export class Api {
  readonly #token: string | null;
  readonly #onUnknown: () => void;

  /**
   * @param token - null where none is needed.
   * @param onUnknown - Called when the server does not know the token, or no longer.
   */
  constructor(token: string | null, onUnknown: () => void) {
    this.#token = token;
    this.#onUnknown = onUnknown;
  }

  /** Whose token it is. */
  caller(): Promise<Caller> {
    return this.#json("GET", "/v1/caller");
  }

  /** All detectors, by name. */
  async detectors(): Promise<DetectorInfo[]> {
    const { detectors } = await this.#json<{ detectors: DetectorInfo[] }>("GET", "/v1/detectors");
    return detectors;
  }

  /** A detector with its versions. */
  detector(name: string): Promise<DetectorDetails> {
    return this.#json("GET", `/v1/detectors/${name}`);
  }

  /** What a version is and how it was made. */
  description(name: string, version: string): Promise<DetectorDescription> {
    return this.#json("GET", `/v1/detectors/${name}/versions/${version}`);
  }

  /** Scores a picture, with its map as float32. */
  score(name: string, picture: Blob, fileName: string, signal?: AbortSignal): Promise<Scores> {
    const sent = { query: { map: "float" }, body: formOf([new File([picture], fileName)]) };
    return this.#json(
      "POST",
      `/v1/detectors/${name}/score`,
      signal === undefined ? sent : { ...sent, signal },
    );
  }

  /** Scores pictures by a version, active or not, with their maps as float32; the history keeps nothing of it. */
  tryVersion(name: string, version: string, pictures: readonly File[]): Promise<Scores> {
    return this.#json("POST", `/v1/detectors/${name}/versions/${version}/score`, {
      query: { map: "float" },
      body: formOf(pictures),
    });
  }

  /** Uploads a version of a detector, new or not. */
  async upload(name: string, file: Blob): Promise<string> {
    const { version } = await this.#json<{ version: string }>("POST", `/v1/detectors/${name}/versions`, {
      body: new Blob([file], { type: "application/octet-stream" }),
    });
    return version;
  }

  /** Runs a version's self-check. */
  async verify(name: string, version: string): Promise<void> {
    await this.#send("POST", `/v1/detectors/${name}/versions/${version}/verify`);
  }

  /** Lets a version score. */
  async activate(name: string, version: string): Promise<void> {
    await this.#send("POST", `/v1/detectors/${name}/versions/${version}/activate`);
  }

  /** Lets the version score that did before. */
  async rollBack(name: string): Promise<void> {
    await this.#send("POST", `/v1/detectors/${name}/rollback`);
  }

  /** Deletes a version that does not score. */
  async deleteVersion(name: string, version: string): Promise<void> {
    await this.#send("DELETE", `/v1/detectors/${name}/versions/${version}`);
  }

  /** Deletes a detector with its versions. */
  async deleteDetector(name: string): Promise<void> {
    await this.#send("DELETE", `/v1/detectors/${name}`);
  }

  /** The trainings, the newest first. */
  async jobs(): Promise<Job[]> {
    const { jobs } = await this.#json<{ jobs: Job[] }>("GET", "/v1/jobs");
    return jobs;
  }

  /** A new training; it takes pictures until it is started. */
  createJob(detector: string, options: JobOptions): Promise<Job> {
    return this.#json("POST", "/v1/jobs", { json: { detector, options } });
  }

  /** Adds good pictures to a training. */
  addPictures(id: string, pictures: readonly File[]): Promise<Job> {
    return this.#json("POST", `/v1/jobs/${id}/pictures`, { body: formOf(pictures) });
  }

  /** Starts a training, or lets one go on. */
  startJob(id: string): Promise<Job> {
    return this.#json("POST", `/v1/jobs/${id}/start`);
  }

  /** Stops a training within a step. */
  cancelJob(id: string): Promise<Job> {
    return this.#json("POST", `/v1/jobs/${id}/cancel`);
  }

  /** Deletes a training with its pictures. */
  async deleteJob(id: string): Promise<void> {
    await this.#send("DELETE", `/v1/jobs/${id}`);
  }

  /** A training as it goes, until it has ended. */
  async *jobEvents(id: string, signal: AbortSignal): AsyncGenerator<Job> {
    const { body } = await this.#send("GET", `/v1/jobs/${id}/events`, { signal });
    if (body === null) return;
    const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const { data } of streamed(events)) yield JSON.parse(data);
  }

  /** Verdicts, the newest first. @param before - `next` of the page before. */
  history(filter: HistoryFilter, limit: number, before?: string): Promise<HistoryPage> {
    return this.#json("GET", "/v1/history", { query: { ...filter, limit, before } });
  }

  /** All verdicts that fit, as a file. */
  async historyFile(filter: HistoryFilter, format: HistoryFormat): Promise<Blob> {
    return (await this.#send("GET", `/v1/history.${format}`, { query: filter })).blob();
  }

  /** Says what a part was. */
  say(id: string, said: Said): Promise<PastVerdict> {
    return this.#json("PATCH", `/v1/history/${id}`, { json: said });
  }

  /** The picture of a verdict. */
  async picture(id: string): Promise<Blob> {
    return (await this.#send("GET", `/v1/history/${id}/picture`)).blob();
  }

  /** Sets a threshold anew from the history: a version that does not score yet, or nothing of a dry run. */
  calibrate(name: string, request: CalibrationRequest): Promise<Calibrated> {
    return this.#json("POST", `/v1/detectors/${name}/calibrate`, { json: request });
  }

  /** Whether the running scores drift. */
  drift(name: string): Promise<Drift> {
    return this.#json("GET", `/v1/detectors/${name}/drift`);
  }

  async #json<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    return (await this.#send(method, path, sent)).json();
  }

  async #send(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const { query = {}, json, body = json === undefined ? null : JSON.stringify(json), signal = null } = sent;
    const headers = new Headers();
    if (this.#token !== null) headers.set("authorization", `Bearer ${this.#token}`);
    if (json !== undefined) headers.set("content-type", "application/json");
    const response = await fetch(path + searchOf(query), { method, headers, body, signal });
    if (response.ok) return response;
    if (response.status === 401) this.#onUnknown();
    throw new ApiError(response.status, await messageIn(response));
  }
}

function searchOf(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function formOf(files: readonly File[]): FormData {
  const form = new FormData();
  for (const file of files) form.append("image", file, file.name);
  return form;
}

async function messageIn(response: Response): Promise<string> {
  try {
    const { error } = await response.json();
    return String(error.message);
  } catch {
    return `${response.status} ${response.statusText}`;
  }
}

/** What a stream gives; not every browser can iterate one. */
async function* streamed<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
