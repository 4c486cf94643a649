/**
 * Synthetic defects planted in good images, for a network to learn to find what does not belong.
 * The idea is DRAEM's (Zavrtanik, Kristan and Skocaj 2021, arXiv:2108.07610); shapes and fillings are ours, made from the
 * good images themselves and from procedural noise.
 */
import type { Random } from "../base/random.ts";
import { randomFilling, type Scene } from "./defect-filling.ts";
import { type DefectShape, randomDefectShape } from "./defect-shape.ts";

const channels = 3;
const attempts = 6;
const shapesTried = 3; // the one on the busiest ground is taken (ours)
const busyEnough = 0.06; // spread of the ground above which no place is better than another (ours)
const groundSamples = 64;
const visibleChange = 0.06; // of the range [-1, 1]: less is no defect (ours)
const changeReach = 2; // pixels: a change so near makes a covered pixel part of the defect (ours)
const solidCoverage = 0.4; // less is the soft edge of a defect
const smallestShare = 0.0005; // of the image's pixels
const largestShare = 0.35;
const greySpread = 0.04; // of the range [-1, 1] between channels (ours: what JPEG leaves in grey pictures)
const greyStep = 7; // every so many pixels are looked at

/**
 * Plants a defect of random shape, place and filling.
 *
 * @param image - Good image, float32 [3, size, size] in [-1, 1]; changed in place.
 * @param other - Another good image, the same shape; not changed.
 * @param mask - float32 [size, size]; receives 1 where the change can be seen, else 0.
 * @param looked - uint8 [size, size]: where it is 0 nothing is planted. Default: anywhere.
 * @returns Whether a defect was planted; otherwise the image is as it was and the mask 0 everywhere.
 */
export function plantDefect(
  image: Float32Array,
  other: Float32Array,
  mask: Float32Array,
  size: number,
  random: Random,
  looked?: Uint8Array | undefined,
): boolean {
  const original = image.slice();
  for (let attempt = 0; attempt < attempts; attempt++) {
    mask.fill(0);
    const visible = paint({ image: original, other, size }, { image, mask, looked }, random);
    if (visible >= Math.max(4, smallestShare * mask.length) && visible <= largestShare * mask.length)
      return true;
    image.set(original);
  }
  mask.fill(0);
  return false;
}

/** Paints one defect of `scene` onto an image, where it is looked; returns the number of pixels that belong to it. */
function paint(
  scene: Scene,
  {
    image: target,
    mask,
    looked,
  }: { readonly image: Float32Array; readonly mask: Float32Array; readonly looked: Uint8Array | undefined },
  random: Random,
): number {
  const { image, size } = scene;
  const shape = busiestShape(scene, looked, random);
  const { filling, isOpaque } = randomFilling(scene, random);
  const staysGrey = isGrey(image);
  const opacity = isOpaque ? 1 : 0.25 + 0.75 * random.uniform();
  const changes = new Float32Array(size * size);
  const { places, coverage: coverages } = shape;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0;
    const coverage = coverages[i] ?? 0;
    const [x, y] = [place % size, Math.floor(place / size)];
    const grey = staysGrey ? filling(1, x, y) : null;
    let change = 0;
    for (let channel = 0; channel < channels; channel++) {
      const at = channel * size * size + place;
      const before = image[at] ?? 0;
      const after = clamped(before + opacity * coverage * ((grey ?? filling(channel, x, y)) - before));
      target[at] = after;
      change = Math.max(change, Math.abs(after - before));
    }
    if (coverage > solidCoverage) changes[place] = change;
  }
  return markVisible(mask, shape, changes, size);
}

/** What of a shape lies where it is looked. */
function within(shape: DefectShape, looked: Uint8Array | undefined): DefectShape {
  if (looked === undefined) return shape;
  const isIn = (_: number, i: number) => looked[shape.places[i] ?? 0] !== 0;
  return { places: shape.places.filter(isIn), coverage: shape.coverage.filter(isIn) };
}

/** Of some random shapes the one that covers most structure: parts matter more than the flat ground behind them. */
function busiestShape({ image, size }: Scene, looked: Uint8Array | undefined, random: Random): DefectShape {
  const shapes = Array.from({ length: shapesTried }, () => within(randomDefectShape(size, random), looked));
  const brightness = image.subarray(size * size, 2 * size * size);
  return shapes.reduce((best, shape) =>
    busyness(shape, brightness) > busyness(best, brightness) ? shape : best,
  );
}

/** Standard deviation of what a shape covers, up to `busyEnough`; below 0 if it covers nothing. */
function busyness({ places }: DefectShape, brightness: Float32Array): number {
  const step = Math.max(1, Math.floor(places.length / groundSamples));
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < places.length; i += step) {
    const value = brightness[places[i] ?? 0] ?? 0;
    count++;
    sum += value;
    squares += value * value;
  }
  if (count === 0) return -1;
  return Math.min(busyEnough, Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2)));
}

/** Marks the covered pixels that visibly change, or lie close to ones that do; returns how many. */
function markVisible(
  mask: Float32Array,
  { places, coverage }: DefectShape,
  changes: Float32Array,
  size: number,
): number {
  let visible = 0;
  for (let i = 0; i < places.length; i++) {
    if ((coverage[i] ?? 0) <= solidCoverage) continue;
    const place = places[i] ?? 0;
    if (largestAround(changes, size, place) <= visibleChange) continue;
    mask[place] = 1;
    visible++;
  }
  return visible;
}

function largestAround(values: Float32Array, size: number, place: number): number {
  const [x, y] = [place % size, Math.floor(place / size)];
  let largest = 0;
  for (let row = Math.max(0, y - changeReach); row <= Math.min(size - 1, y + changeReach); row++) {
    for (let column = Math.max(0, x - changeReach); column <= Math.min(size - 1, x + changeReach); column++) {
      largest = Math.max(largest, values[row * size + column] ?? 0);
    }
  }
  return largest;
}

function clamped(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

/** Whether all channels are alike: then a defect in colour would be too easy to tell. */
function isGrey(image: Float32Array): boolean {
  const plane = image.length / channels;
  for (let i = 0; i < plane; i += greyStep) {
    const [red = 0, green = 0, blue = 0] = [image[i], image[plane + i], image[2 * plane + i]];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > greySpread) return false;
  }
  return true;
}
