/** Whether a runtime computes what a model's maker saw. */
import { OnnxFormatError } from "../base/errors.ts";
import { decodeModel, type ModelSummary, withInner } from "../onnx/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { conformalPValue } from "./calibration.ts";
import type { DetectorDescription } from "./description.ts";
import { sourceMapsName } from "./detector-graph.ts";
import { type Golden, goldenDifference, goldenKey, goldenSchema, sourceDifferences } from "./golden.ts";
import { checkModel } from "./load-detector.ts";

/**
 * Largest difference that passes, as a share of the scale of scores and of maps (ours): far above what ONNX Runtime's kernels for
 * processors, WebAssembly and WebGPU differ by, and far below what changes a decision. docs/deploy.md has the measured differences.
 */
export const verifyTolerance = 1e-4;

/** The same of models that have an operator which makes more of a rounding (ours). */
const tolerancesByOperator: Readonly<Record<string, number>> = {
  GridSample: 1e-3, // a part is found first: a last bit of its pose moves every edge of the picture
  QuantizeLinear: 5e-2, // a value between two bytes goes either way, and all layers behind follow: 4e-2 of maps of real pictures
  TreeEnsembleRegressor: 5e-2, // a value that lies on a split goes either way
};

/** Largest difference that passes for a model, as a share of the scale of scores and of maps. */
export function verifyToleranceOf({ operators }: Pick<ModelSummary, "operators">): number {
  const larger = Object.entries(tolerancesByOperator).filter(
    ([operator]) => operators[operator] !== undefined,
  );
  return Math.max(verifyTolerance, ...larger.map(([, tolerance]) => tolerance));
}

/** A largest difference. */
export interface Difference {
  readonly absolute: number;
  /**
   * As a share: of scores, of the largest held-out one; of the map, of the heat map's scale, and where a part is found first, so that edges
   * move with the pose, of the map's largest value if that is more; of the p-value, of what it was; of a source map, of its
   * largest value, at least 1, what few good images exceed.
   */
  readonly relative: number;
}

/** What one runtime makes of a model's own picture. */
export interface RuntimeCheck {
  /** Name, version and device of the runtime. */
  readonly runtime: string;
  /** Largest differences to what the model said when it was written; null if the runtime could not run it. */
  readonly difference: {
    readonly score: Difference;
    readonly pValue: Difference;
    readonly map: Difference;
    /**
     * Of the maps before they are combined - a network's, that of texture -, so that none is lost in their mean: the one that differs most. Null of a
     * model that was written by a version that did not keep them: a runtime that computes only its network wrongly may not be noticed.
     */
    readonly sourceMaps: Difference | null;
  } | null;
  /** Whether the picture is judged as it was. */
  readonly sameDecision: boolean;
  /**
   * Whether score, map and source maps differ by no more than {@link verifyToleranceOf} the model, and p-value and decision are those of a score that differs by
   * no more: both are steps, so the same need not come out where the score lies on one.
   */
  readonly isWithinTolerance: boolean;
  /** What the runtime said where it could not run the model. */
  readonly error?: string;
}

/**
 * Runs a model's self-check on a runtime: the picture made by rule that it was tried on when it was written.
 *
 * @param model - Bytes of a model file.
 * @throws {OnnxFormatError} E_ONNX as `checkModel`, and if the file has no self-check; {BackendError} E_BACKEND if the runtime cannot run it.
 */
export async function checkRuntime(model: Uint8Array, backend: Backend): Promise<RuntimeCheck> {
  const { calibration } = await checkModel(model);
  const summary = decodeModel(model);
  const tolerance = verifyToleranceOf(summary);
  const golden = parseGolden(summary.metadata[goldenKey]);
  const findsPart = summary.operators.GridSample !== undefined;
  const found = await on(backend, model, (session) => goldenDifference(session, golden));
  const difference = {
    score: differenceOf(found.score, largest(calibration.scores)),
    pValue: differenceOf(found.pValue, golden.pValue),
    map: differenceOf(found.map, Math.max(calibration.mapMaximum, findsPart ? largest(golden.map) : 0)),
    sourceMaps: await sourceDifference(model, golden, backend),
  };
  const isWithinTolerance =
    difference.score.relative <= tolerance &&
    difference.map.relative <= tolerance &&
    (difference.sourceMaps === null || difference.sourceMaps.relative <= tolerance) &&
    isOfSuchScore(found.detection, golden, {
      ...calibration,
      slack: tolerance * largest(calibration.scores),
    });
  return { runtime: backend.name, difference, sameDecision: found.sameDecision, isWithinTolerance };
}

/** The difference of the source map that differs most; null if the file does not say what they were. */
async function sourceDifference(
  model: Uint8Array,
  golden: Golden,
  backend: Backend,
): Promise<Difference | null> {
  const { sourceMaps } = golden;
  if (sourceMaps === undefined) return null;
  const found = await on(backend, withInner(model, sourceMapsName) ?? model, (session) =>
    sourceDifferences(session, golden, sourceMaps),
  );
  const each = found.map((absolute, c) => differenceOf(absolute, Math.max(1, largest(sourceMaps[c] ?? []))));
  return each.reduce((worst, one) =>
    Number.isNaN(worst.relative) || worst.relative >= one.relative ? worst : one,
  );
}

async function on<T>(backend: Backend, model: Uint8Array, use: (session: Session) => Promise<T>): Promise<T> {
  const session = await backend.load(model);
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

/** Whether p-value and decision are those of a score as far from the golden one as the tolerance lets it be. */
function isOfSuchScore(
  found: Pick<Golden, "pValue" | "isAnomalous">,
  { anomalyScore }: Golden,
  {
    scores,
    threshold,
    slack,
  }: Pick<DetectorDescription["calibration"], "scores" | "threshold"> & { readonly slack: number },
): boolean {
  const [low, high] = [anomalyScore - slack, anomalyScore + slack];
  const rounding = 1e-6; // of a p-value in float32
  return (
    found.pValue >= conformalPValue(high, scores) - rounding &&
    found.pValue <= conformalPValue(low, scores) + rounding &&
    (found.isAnomalous ? high > threshold : low <= threshold)
  );
}

function differenceOf(absolute: number, scale: number): Difference {
  return { absolute, relative: absolute / scale };
}

function parseGolden(text: string | undefined): Golden {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    value = undefined;
  }
  const parsed = goldenSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OnnxFormatError(
    `model: expected a self-check in its "${goldenKey}" metadata, got ${text === undefined ? "none" : "another text"}. It was written by another version, or changed.`,
  );
}

function largest(scores: readonly number[]): number {
  return scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0) || 1;
}
