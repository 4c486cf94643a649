/** What travels over HTTP, as types; `schemas.ts` has the zod schemas that check it. */
import type { ErrorCode } from "../base/errors.ts";
import type { PartFault } from "../detectors/index.ts";

/** Roles; each may do what those before it may. */
export const roles = ["viewer", "operator", "admin"] as const;

/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** Someone who makes requests. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

/** The body of every answer that is no success. */
export interface Problem {
  readonly error: {
    /** Stable; docs/errors.md has a section for each. */
    readonly code: ErrorCode;
    /** Where, what was expected, what came, what to do. */
    readonly message: string;
  };
}

/** In which form maps are wanted. */
export const mapForms = ["none", "float", "png"] as const;

/** One of {@link mapForms}. */
export type MapForm = (typeof mapForms)[number];

/** The map of a picture. */
export interface VerdictMap {
  readonly width: number;
  readonly height: number;
  readonly encoding: "float32" | "png";
  /**
   * Base64 of float32, little-endian, row by row, in the detector's own scale; or of a PNG: the picture under its heat map, its longer
   * side at most 1280 pixels.
   */
  readonly data: string;
  /** Where the heat map's colours end. */
  readonly scaleMaximum: number;
  /** A pixel above it is marked. */
  readonly threshold: number;
}

/** What is said of one picture. */
export interface Verdict {
  /** In the history; null where it is not kept there. */
  readonly id: string | null;
  /** The file's name in the request, or `picture[i]`. */
  readonly name: string;
  /** SHA-256 of the bytes that came. */
  readonly imageHash: string;
  /** SHA-256 of the model file that scored. */
  readonly version: string;
  /** A score above it is anomalous. */
  readonly threshold: number;
  /** Higher is more anomalous. */
  readonly anomalyScore: number;
  /** Conformal: chance that a good picture scores at least as high. */
  readonly pValue: number;
  readonly isAnomalous: boolean;
  /** Of a model that finds a part first: why the picture does not show it as it should; absent where it does. */
  readonly partFault?: PartFault | undefined;
  /** In what the picture is unlike the good ones; usually empty. */
  readonly warnings: string[];
  readonly map?: VerdictMap | undefined;
}

/** A picture of several that could not be scored. */
export interface FailedPicture {
  readonly name: string;
  readonly error: Problem["error"];
}

/** The answer to a request for scores: one result for each picture, in their order. */
export interface Scores {
  readonly detector: string;
  /** A request of one picture that cannot be scored is answered by its error alone. */
  readonly results: (Verdict | FailedPicture)[];
}

/** A detector that is served. */
export interface DetectorInfo {
  readonly name: string;
  /** inactive: it has versions, none of which was put to use. */
  readonly state: "ready" | "loading" | "failed" | "inactive";
  /** SHA-256 of the file that scores; null if none does. */
  readonly version: string | null;
  /** Why the file in the folder is not what scores; null where it is. */
  readonly problem: string | null;
  readonly method: string | null;
  readonly imageSizePx: number | null;
  readonly threshold: number | null;
  readonly falseAlarmRate: number | null;
}

/** A model file that is kept. */
export interface VersionInfo {
  /** SHA-256 of the file. */
  readonly version: string;
  readonly bytes: number;
  /** UTC, ISO 8601. */
  readonly addedAt: string;
}

/** A detector with its versions. */
export interface DetectorDetails extends DetectorInfo {
  /** The newest first. */
  readonly versions: VersionInfo[];
  /** Versions in the order in which they became active. */
  readonly activations: string[];
}

/** A verdict of the history. */
export interface PastVerdict {
  /** Sorts by time. */
  readonly id: string;
  /** UTC, ISO 8601. */
  readonly time: string;
  readonly detector: string;
  /** SHA-256 of the model file that scored. */
  readonly version: string;
  readonly imageName: string;
  /** SHA-256 of the bytes that came. */
  readonly imageHash: string;
  readonly anomalyScore: number;
  readonly pValue: number;
  readonly threshold: number;
  readonly isAnomalous: boolean;
  /** From the request to the score. */
  readonly latencyMs: number;
  readonly warnings: string[];
  /** Whose token it was. */
  readonly caller: string;
  /** What an operator found the part to be; null where nothing was said. */
  readonly truth: "good" | "defect" | null;
  readonly note: string | null;
  /** Whether its picture is kept. */
  readonly hasPicture: boolean;
}

/** A page of the history, the newest first. */
export interface HistoryPage {
  readonly verdicts: PastVerdict[];
  /** To be given as `before` for the next page; null on the last one. */
  readonly next: string | null;
}

/** What an operator says of a verdict: what is left out stays as it was. */
export interface Said {
  readonly truth?: "good" | "defect" | null | undefined;
  readonly note?: string | null | undefined;
}

/** How strongly the running scores speak against those that the threshold was set with. */
export interface Drift {
  /** Verdicts that count: the last ones of the version that scores, without those that are anomalous. */
  readonly verdicts: number;
  /** The martingale now; 1 at the start. */
  readonly value: number;
  /** The largest it was. */
  readonly largest: number;
  /** Whether it ever exceeded 1 / `falseAlarmRate`. */
  readonly isAlarm: boolean;
  /** Chance that a run without drift raises the alarm at any time. */
  readonly falseAlarmRate: number;
  /** At most 200 values along the run. */
  readonly curve: number[];
}

/** How a threshold is to be set anew from the history. */
export interface CalibrationRequest {
  /** Good parts called anomalous, at most, in (0, 1); default: what the model states. */
  readonly falseAlarmRate?: number | undefined;
  /** UTC, ISO 8601: verdicts not before. */
  readonly from?: string | undefined;
  /** UTC, ISO 8601: verdicts before. */
  readonly to?: string | undefined;
  /**
   * What of verdicts of which nothing was said: `leave` them, or count those that passed as `good`, which asks that every alarm of the time was
   * judged.
   */
  readonly unjudged: "leave" | "good";
  /** Whether nothing is kept. */
  readonly dryRun: boolean;
}

/** A threshold with what it promises. */
export interface CalibratedThreshold {
  readonly threshold: number;
  readonly falseAlarmRate: number;
  /** Good parts behind it. */
  readonly images: number;
}

/** How old and new threshold differ. */
export interface Calibrated {
  readonly detector: string;
  /** The version that scores: its threshold is the old one. */
  readonly base: string;
  /** The new version, to be activated; null of a dry run. */
  readonly version: string | null;
  /** Good parts that were found in the history, each picture once. */
  readonly parts: number;
  /** How many of them were like none of the others and do not count: 0 or 1. */
  readonly leftOut: number;
  readonly before: CalibratedThreshold;
  readonly after: CalibratedThreshold;
  /** How many of the parts each threshold calls anomalous. */
  readonly alarms: { readonly before: number; readonly after: number };
}
