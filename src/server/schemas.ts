/** The zod schemas of what travels over HTTP: they check requests and make the OpenAPI document. */
import { z } from "@hono/zod-openapi";
import { errorCodes } from "../base/errors.ts";
import type { DetectorDescription } from "../detectors/index.ts";
import { partFaults } from "../detectors/part-fault.ts";
import {
  type Calibrated,
  type CalibrationRequest,
  type Caller,
  type DetectorDetails,
  type DetectorInfo,
  type Drift,
  type HistoryPage,
  type PastVerdict,
  type Problem,
  roles,
  type Said,
  type Scores,
} from "./protocol.ts";

/** A name that is safe as a file's, in a path and in a URL. */
export const namePattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A detector's name. */
export const detectorName: z.ZodString = z
  .string()
  .regex(namePattern, "a name of at most 64 letters, digits, dots, hyphens and underscores")
  .openapi({ example: "bottle" });

/** A version's name: the SHA-256 of its file. */
export const versionName: z.ZodString = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256");

const problem = z.object({ code: z.enum(errorCodes), message: z.string() });

/** Schema of {@link Problem}. */
export const problemSchema: z.ZodType<Problem> = z.object({ error: problem }).openapi("Problem");

/** Who makes a request. */
export const callerSchema: z.ZodType<Caller> = z
  .object({ name: z.string(), role: z.enum(roles) })
  .openapi("Caller");

const map = z
  .object({
    width: z.number().int(),
    height: z.number().int(),
    encoding: z.enum(["float32", "png"]),
    data: z.string().openapi({
      description:
        "Base64 of float32, little-endian, row by row, in the detector's own scale; or of a PNG: the picture under its heat map.",
    }),
    scaleMaximum: z.number().openapi({ description: "Where the heat map's colours end." }),
    threshold: z.number().openapi({ description: "A pixel above it is marked." }),
  })
  .openapi("AnomalyMap");

const verdict = z
  .object({
    id: z.string().nullable().openapi({ description: "In the history; null where it is not kept there." }),
    name: z.string().openapi({ description: "The file's name in the request, or picture[i]." }),
    imageHash: z.string().openapi({ description: "SHA-256 of the bytes that came." }),
    version: z.string().openapi({ description: "SHA-256 of the model file that scored." }),
    threshold: z.number().openapi({ description: "A score above it is anomalous." }),
    anomalyScore: z.number().openapi({ description: "Higher is more anomalous." }),
    pValue: z.number().openapi({ description: "Conformal: chance that a good picture scores as high." }),
    isAnomalous: z.boolean(),
    partFault: z.enum(partFaults).optional().openapi({
      description: "Of a model that finds a part first: why the picture does not show it as it should.",
    }),
    warnings: z.array(z.string()).openapi({ description: "In what the picture is unlike the good ones." }),
    map: map.optional(),
  })
  .openapi("Verdict");

const failedPicture = z.object({ name: z.string(), error: problem }).openapi("FailedPicture");

/** Schema of {@link Scores}. */
export const scoresSchema: z.ZodType<Scores> = z
  .object({ detector: detectorName, results: z.array(z.union([verdict, failedPicture])) })
  .openapi("Scores");

const detectorFields = {
  name: detectorName,
  state: z.enum(["ready", "loading", "failed", "inactive"]),
  version: z.string().nullable().openapi({ description: "SHA-256 of the file that scores." }),
  problem: z.string().nullable().openapi({ description: "Why the file in the folder is not what scores." }),
  method: z.string().nullable(),
  imageSizePx: z.number().int().nullable(),
  threshold: z.number().nullable(),
  falseAlarmRate: z.number().nullable(),
};

const detector: z.ZodType<DetectorInfo> = z.object(detectorFields).openapi("Detector");

/** All detectors. */
export const detectorsSchema: z.ZodType<{ detectors: DetectorInfo[] }> = z
  .object({ detectors: z.array(detector) })
  .openapi("Detectors");

const versionInfo = z
  .object({
    version: z.string().openapi({ description: "SHA-256 of the model file." }),
    bytes: z.number().int(),
    addedAt: z.string(),
  })
  .openapi("Version");

/** A detector with its versions. */
export const detectorDetailsSchema: z.ZodType<DetectorDetails> = z
  .object({ ...detectorFields, versions: z.array(versionInfo), activations: z.array(z.string()) })
  .openapi("DetectorDetails");

/** A version that was named, verified or activated. */
export const activatedSchema: z.ZodType<{ version: string }> = z
  .object({ version: z.string() })
  .openapi("VersionName");

/** What a model file tells of itself. */
export const descriptionSchema: z.ZodType<DetectorDescription> = z
  .custom<DetectorDescription>()
  .openapi("Description", { type: "object", description: "As radar inspect --json tells it." });

const truth = z.enum(["good", "defect"]).nullable();
const note = z.string().max(2000).nullable();

/** A verdict of the history. */
export const pastVerdictSchema: z.ZodType<PastVerdict> = z
  .object({
    id: z.string(),
    time: z.string(),
    detector: z.string(),
    version: z.string(),
    imageName: z.string(),
    imageHash: z.string(),
    anomalyScore: z.number(),
    pValue: z.number(),
    threshold: z.number(),
    isAnomalous: z.boolean(),
    latencyMs: z.number(),
    warnings: z.array(z.string()),
    caller: z.string(),
    truth,
    note,
    hasPicture: z.boolean(),
  })
  .openapi("PastVerdict");

/** A page of the history. */
export const historySchema: z.ZodType<HistoryPage> = z
  .object({ verdicts: z.array(pastVerdictSchema), next: z.string().nullable() })
  .openapi("HistoryPage");

/** What an operator says of a verdict. */
export const saidSchema: z.ZodType<Said> = z
  .strictObject({ truth: truth.optional(), note: note.optional() })
  .openapi("Said");

/** How strongly the running scores speak against those that the threshold was set with. */
export const driftSchema: z.ZodType<Drift> = z
  .object({
    verdicts: z.number().int(),
    value: z.number(),
    largest: z.number(),
    isAlarm: z.boolean(),
    falseAlarmRate: z.number(),
    curve: z.array(z.number()),
  })
  .openapi("Drift");

const isoTime = z.iso.datetime().openapi({ example: "2026-01-31T12:00:00.000Z" });

/** How a threshold is to be set anew from the history. */
export const calibrationRequestSchema: z.ZodType<CalibrationRequest> = z
  .strictObject({
    falseAlarmRate: z.number().gt(0).lt(1).optional().openapi({
      description: "Good parts called anomalous, at most. Default: what the model states.",
    }),
    from: isoTime.optional(),
    to: isoTime.optional(),
    unjudged: z.enum(["leave", "good"]).default("leave").openapi({
      description:
        "What of verdicts of which nothing was said: leave them, or count those that passed as good, which asks that every alarm of the time was judged.",
    }),
    dryRun: z.boolean().default(false).openapi({ description: "Whether nothing is kept." }),
  })
  .openapi("CalibrationRequest");

const calibratedThreshold = z
  .object({
    threshold: z.number(),
    falseAlarmRate: z.number(),
    images: z.number().int().openapi({ description: "Good parts behind it." }),
  })
  .openapi("CalibratedThreshold");

/** How old and new threshold differ. */
export const calibratedSchema: z.ZodType<Calibrated> = z
  .object({
    detector: detectorName,
    base: z.string().openapi({ description: "The version that scores." }),
    version: z
      .string()
      .nullable()
      .openapi({ description: "The new one, to be activated; null of a dry run." }),
    parts: z.number().int().openapi({ description: "Good parts in the history, each picture once." }),
    leftOut: z.number().int().openapi({ description: "Parts like none of the others, which do not count." }),
    before: calibratedThreshold,
    after: calibratedThreshold,
    alarms: z
      .object({ before: z.number().int(), after: z.number().int() })
      .openapi({ description: "How many of the parts each threshold calls anomalous." }),
  })
  .openapi("Calibrated");
