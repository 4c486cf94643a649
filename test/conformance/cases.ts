/** Every method as the conformance checks train it: in seconds, on images of 16 pixels. */
import {
  classifierNames,
  type MethodName,
  methodNames,
  openBackbone,
  prepareMethod,
  type ScoringName,
  scoringNames,
  type TrainingOptions,
} from "../../src/methods/index.ts";
import { tinyBackbone } from "../support/tiny-backbone.ts";

/** Side of the images, in pixels. */
export const size = 16;

/** Steps of the methods that are trained step by step. */
export const steps = 3;

/** A method with options. */
export interface ConformanceCase {
  readonly label: string;
  readonly options: TrainingOptions;
  /** Side of what it sees at once, in pixels. */
  readonly patchSizePx: number;
  /** Whether it is trained step by step, with progress and checkpoints. */
  readonly isTrained: boolean;
  /** Whether it can look at patches smaller than the image. */
  readonly cutsPatches: boolean;
  /** Whether it trains as an earlier case does and reads what was learned in another way: how it trains is checked there. */
  readonly isVariant: boolean;
}

const common = { preset: "fast", imageSize: size, seed: 1 } as const;

/** Of a method that is trained step by step. */
function trained(method: MethodName): ConformanceCase {
  const options = { ...common, method, batchSize: 2, length: { steps } };
  return { label: method, options, patchSizePx: size, isTrained: true, cutsPatches: false, isVariant: false };
}

/** Of a method that estimates from all images at once. */
function estimated(method: MethodName, more: TrainingOptions = {}): ConformanceCase {
  const options = { ...common, method, ...more };
  return {
    label: method,
    options,
    patchSizePx: size,
    isTrained: false,
    cutsPatches: false,
    isVariant: false,
  };
}

const backbone = await openBackbone(tinyBackbone());

/** Of RADAR with one of its scorings. */
function radar(scoring: ScoringName, more: TrainingOptions = {}): ConformanceCase {
  const { options, ...rest } = trained("radar");
  const label = ["radar, scoring", scoring, more.classifier ?? ""].join(" ").trim();
  const patchSizePx = prepareMethod({ ...options, scoring }, size).options.patchSize;
  const cutsPatches = more.classifier === undefined; // which the classifier does not see
  const isVariant = scoring !== scoringNames[0];
  return { ...rest, label, options: { ...options, scoring, ...more }, patchSizePx, cutsPatches, isVariant };
}

/** Of a method that reads RADAR's network in other ways. */
function reading(method: MethodName, more: TrainingOptions): ConformanceCase {
  const { options, ...rest } = trained(method);
  return { ...rest, options: { ...options, ...more }, cutsPatches: true };
}

/** Methods that are checked in other ways than with their defaults. */
const special: Readonly<Partial<Record<MethodName, readonly ConformanceCase[]>>> = {
  radar: [
    ...scoringNames.map((scoring) => radar(scoring)),
    ...classifierNames.slice(1).map((classifier) => radar("paper", { classifier })),
  ],
  padim: [estimated("padim", { backbone })],
  patchcore: [estimated("patchcore", { backbone })],
  ddpm: [reading("ddpm", { calls: 2, noise: "simplex" })],
  ddim: [reading("ddim", { calls: 3, condition: 1 })],
  "one-step": [reading("one-step", {})],
};

/** A method with its defaults. */
function usual(method: MethodName): ConformanceCase {
  const { batchSize } = prepareMethod({ ...common, method }, size).options;
  return batchSize > 0 ? trained(method) : estimated(method);
}

/** All of them. */
export const conformanceCases: readonly ConformanceCase[] = methodNames.flatMap(
  (name) => special[name] ?? [usual(name)],
);
