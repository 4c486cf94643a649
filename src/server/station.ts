/** What the routes of a server share. */
import type { Logger } from "pino";
import type { AccessControlOptions } from "./access-control.ts";
import type { BodyThread } from "./body-thread.ts";
import type { History } from "./history/history.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Limits } from "./limits.ts";
import type { Measurements } from "./measurements.ts";
import type { Models } from "./models.ts";
import type { BodyReader } from "./request-body.ts";
import type { Trials } from "./trials.ts";

/** A server's parts. */
export interface Station extends AccessControlOptions {
  readonly models: Models;
  readonly trials: Trials;
  readonly history: History;
  readonly jobs: Jobs;
  readonly limits: Limits;
  readonly bodies: BodyReader;
  readonly bodyThread: BodyThread;
  readonly measurements: Measurements;
  readonly log: Logger;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Whether the server takes requests that cost something. */
  readonly isOpen: () => boolean;
  /** Folder of the built page; undefined where none is served. */
  readonly page: string | undefined;
}
