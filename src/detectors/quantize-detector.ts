/** A detector whose network counts in eight bits, made of one that counts in float32. */
import { OptionError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { disturbedCopy, disturbedPlanes } from "../data/disturbance.ts";
import {
  type NetworkConstant,
  quantizableConvolutions,
  quantizeNetwork,
  type TensorFacts,
  withOutputs,
} from "../onnx/index.ts";
import type { Backend } from "../runtime/backend.ts";
import { fileHash } from "./content-hash.ts";
import type { DetectorDescription } from "./description.ts";
import { copiesOfEach, raisesForDisturbances, stressedPlaces, underEach } from "./disturbed-copies.ts";
import { type FittedDetector, fitDetector } from "./fit.ts";
import { checkModel } from "./load-detector.ts";
import { imageInputName } from "./model-names.ts";
import { mapsOfNetwork, type NetworkWithin, networkWithin } from "./network-within.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";

/** Good pictures that a detector is quantised with, uint8 [3, S, S] each. */
export interface QuantizeOptions {
  /** At least one: activations are rounded to bytes over the range that they have on these. */
  readonly rangePictures: readonly Uint8Array[];
  /** Pictures that the detector has not learned from: scales and thresholds are set on them anew. */
  readonly heldOut: readonly Uint8Array[];
  readonly backend: Backend;
}

/**
 * Throws unless a detector can be quantised.
 *
 * @throws {OptionError} E_OPTION if it has no network, is quantised already, finds a part first, looks at an area or reads tiles.
 */
export function checkQuantizable({
  method,
  networkCalls,
  part,
  area,
  tiles,
  quantized,
}: DetectorDescription): void {
  const refuse = (expected: string, got: string) => {
    throw new OptionError(`int8: expected a model ${expected}, got one ${got}. Use it as it is.`);
  };
  if (quantized !== undefined) refuse("that counts in float32", "that is int8 already");
  if (networkCalls === 0) refuse("with a network to quantise", `of the method ${method}, which has none`);
  if (part !== undefined) refuse("that takes pictures as they lie", "that finds a part in them first");
  if (area !== undefined) refuse("that looks at whole pictures", "that looks at an area of them");
  if (tiles !== undefined) refuse("that brings pictures to one square", "that reads them in tiles");
}

/**
 * The same detector with its convolutions in eight bits; scales, thresholds, self-check and seal are made anew.
 *
 * @param model - Bytes of a model file.
 * @throws {OnnxFormatError} E_ONNX as `checkModel`; {OptionError} E_OPTION as {@link checkQuantizable}, and if no convolution can be
 * quantised; {DataError} E_FALSE_ALARM_RATE if there are too few held-out pictures for the model's rate of false alarms.
 */
export async function quantizeDetector(
  model: Uint8Array,
  { rangePictures, heldOut, backend }: QuantizeOptions,
): Promise<FittedDetector> {
  const description = await checkModel(model);
  checkQuantizable(description);
  const within = networkWithin(model);
  const { facts, readsGrey } = await observed(model, within, rangePictures, description.imageSizePx, backend);
  const { network, convolutions } = quantizeNetwork(within.model, facts);
  if (convolutions === 0) {
    throw new OptionError(
      `int8: expected a model with convolutions of 8 channels or more, got one of the method ${description.method} without. Use it as it is.`,
    );
  }
  const from = await fileHash(model);
  const random = new Random(description.seed).split("disturbed pictures of int8");
  const sizePx = description.imageSizePx;
  const copyOf = (picture: Uint8Array) => disturbedCopy(picture, sizePx, random);
  const places = stressedPlaces(heldOut.length, { readInTiles: false });
  const stressed = function* () {
    const drawn = random.split("stressed");
    for (const place of places)
      yield* underEach(sizePx, (disturbance) =>
        pictureOf(disturbedPlanes(heldOut[place] ?? new Uint8Array(), sizePx, disturbance, drawn), sizePx),
      );
  };
  return fitDetector(mapsOfNetwork({ ...within, model: network }, { ...description, readsGrey }), {
    learned: [],
    heldOut,
    ...(raisesForDisturbances(description) && {
      disturbed: { images: copiesOfEach(heldOut, copyOf), stressed: { places, pictures: stressed } },
    }),
    falseAlarmRate: rateOf(description),
    keepOdd: false,
    backend,
    describe: (calibration) => ({
      ...description,
      calibration,
      quantized: { from, convolutions, pictures: rangePictures.length },
    }),
  });
}

/** Runs the detector in float32 on each picture and looks at tensors of its network. */
async function observed(
  detector: Uint8Array,
  { model, input }: NetworkWithin,
  pictures: readonly Uint8Array[],
  sizePx: number,
  backend: Backend,
): Promise<{ readonly facts: TensorFacts; readonly readsGrey: boolean }> {
  const convolutions = quantizableConvolutions(model);
  const fixed = [...new Set(convolutions.flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight])))];
  const moving = [...new Set(convolutions.flatMap((each) => [each.input, each.output]))];
  const ranges = new Map<string, [number, number]>();
  const constants = new Map<string, NetworkConstant>();
  let readsGrey = false;
  const session = await backend.load(withOutputs(detector, [input, ...fixed, ...moving]));
  try {
    for (const picture of pictures) {
      const image = stackPictures([pictureOf(picture, sizePx)]);
      const outputs = await session.run({ [imageInputName]: image });
      readsGrey = outputs[input]?.shape[1] === 1;
      for (const name of fixed) {
        const value = outputs[name];
        if (value?.data instanceof Float32Array)
          constants.set(name, { shape: value.shape, data: value.data.slice() });
      }
      for (const name of moving) ranges.set(name, widened(ranges.get(name), outputs[name]?.data ?? []));
    }
  } finally {
    await session.dispose();
  }
  return { facts: { ranges, constants }, readsGrey };
}

function widened(
  [least, most]: readonly [number, number] = [0, 0],
  values: ArrayLike<number | bigint>,
): [number, number] {
  let [low, high] = [least, most];
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** The rate that the model was calibrated for; files that do not say were for the one they have. */
function rateOf({ options, calibration }: DetectorDescription): number | "auto" {
  const { falseAlarmRate } = options;
  return falseAlarmRate === "auto" || typeof falseAlarmRate === "number"
    ? falseAlarmRate
    : calibration.falseAlarmRate;
}
