/** One model and one folder, without a server: `radar watch`. */
import { basename, join } from "node:path";
import { OptionError } from "../../base/errors.ts";
import { fileHash } from "../../detectors/content-hash.ts";
import { prepareFolder } from "../../node/atomic-file.ts";
import { readModelFile } from "../../node/load-detector.ts";
import type { Device } from "../../runtime/backend.ts";
import { Endings } from "../endings.ts";
import { openDatabase } from "../history/database.ts";
import { History, type PictureRule, type Retention, usualRetention } from "../history/history.ts";
import { PictureStore } from "../history/picture-store.ts";
import { usualLimits } from "../limits.ts";
import { openOutbox } from "../outbox/open-outbox.ts";
import type { OutboxEvent } from "../outbox/outbox.ts";
import type { OutletOptions } from "../outbox/outlets.ts";
import { every } from "../regular-work.ts";
import { namePattern } from "../schemas.ts";
import { startScorer } from "../scorer.ts";
import { ServedModel } from "../served-model.ts";
import { lockState } from "../state-lock.ts";
import { startWatch, type WatchingStation, type WatchSetting } from "./station-watches.ts";

/** How a folder is watched. */
export interface WatchModelOptions
  extends Omit<WatchSetting, "detector">,
    Pick<WatchingStation, "onPicture" | "onError"> {
  /** A model file; its name without .onnx names the detector. */
  readonly model: string;
  /** Folder of what is kept; for one process at a time. Default: `.radar` in the watched folder. */
  readonly state?: string | undefined;
  /** Where verdicts are kept: `postgres://...` or a file. Default: `history.sqlite` in the state folder. */
  readonly database?: string | undefined;
  /** Which pictures are kept. Default "none": they are in the folder. */
  readonly pictures?: PictureRule | undefined;
  readonly retention?: Partial<Retention> | undefined;
  readonly outlets?: OutletOptions | undefined;
  readonly onOutbox: (event: OutboxEvent) => void;
  readonly device?: Device | undefined;
  readonly threads?: number | undefined;
}

/** A folder that is watched. */
export interface RunningWatch {
  /** Finishes what is under way, delivers what can be, and ends. */
  end(): Promise<void>;
}

const pruneEveryMs = 600_000;

/**
 * Watches a folder with a model.
 *
 * @throws {FileError} E_FILE, {OnnxFormatError} E_ONNX, {BackendError} E_BACKEND, {ServiceError} E_SELF_CHECK as `radar serve` for its models; E_CONFLICT if another
 * process has the state folder; {OptionError} E_OPTION if the model's name is not safe.
 */
export function watchModel(options: WatchModelOptions): Promise<RunningWatch> {
  return Endings.around((endings) => start(options, endings));
}

async function start(options: WatchModelOptions, endings: Endings): Promise<RunningWatch> {
  const { model, folder, device, threads, onPicture, onError, onOutbox } = options;
  const name = basename(model).replace(/\.onnx$/, "");
  if (!namePattern.test(name))
    throw new OptionError(
      `${model}: expected a file whose name has letters, digits, dots, hyphens and underscores alone, got another.`,
    );
  const version = await fileHash(await readModelFile(model));
  const load = () => startScorer(model, { device, threads, maxPixels: usualLimits.maxPixels });
  const state = options.state ?? join(folder, ".radar");
  await prepareFolder(state);
  endings.add(await lockState(state));
  const clock = (): Date => new Date();
  const where = options.database ?? join(state, "history.sqlite");
  const db = await openDatabase(where);
  endings.add(() => db.destroy());
  const outbox = await openOutbox(options.outlets ?? {}, { db, clock, onEvent: onOutbox });
  endings.add(() => outbox.end());
  const history = new History({
    db,
    where,
    pictures: new PictureStore(join(state, "pictures")),
    rule: options.pictures ?? "none",
    retention: { ...usualRetention, ...options.retention },
    clock,
    outlets: outbox.outlets,
    onAdded: () => outbox.wake(),
  });
  const now = (): number => performance.now();
  const served = new ServedModel(name, usualLimits, { now });
  served.onLost = () => void load().then((scorer) => served.activate(version, scorer), onError);
  await served.activate(version, await load());
  endings.add(() => served.end());
  const station: WatchingStation = {
    db,
    history,
    limits: usualLimits,
    measurements: { verdict: () => {} },
    isOpen: () => true,
    now,
    models: { get: () => served },
    onPicture,
    onError,
  };
  const watch = await startWatch(station, { ...options, detector: name });
  endings.add(() => watch.end());
  const pruning = every(pruneEveryMs, async () => void (await history.prune()), { onError });
  endings.add(() => pruning.end());
  return { end: () => endings.end() };
}
