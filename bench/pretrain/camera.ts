/** How a line's camera shows what lies under it: always with its own sharpness, tone and compression, and a little otherwise each time. */
import type { Random } from "../../src/base/random.ts";
import { between } from "../../src/base/smooth-noise.ts";
import { disturbed, randomDisturbance } from "../../src/data/index.ts";
import type { Family } from "./families.ts";

const plainShare = 0.3; // of families that are shown as they were rendered
const unsteadyShare = 0.4; // of a camera's pictures that are also disturbed as a detector should tolerate

/** The family as one camera shows it. */
export function photographed(random: Random, family: Family): Family {
  if (random.uniform() < plainShare) return family;
  const blur = random.uniform() < 0.5 ? 0 : between(random, 0.4, 1.3);
  const gamma = random.uniform() < 0.5 ? 1 : 2 ** between(random, -0.8, 0.8);
  const jpeg = random.uniform() < 0.5 ? undefined : Math.round(between(random, 55, 95));
  const noise = 5 * random.uniform() ** 2;
  return (piece, picture, size) => {
    family(piece, picture, size);
    const levels = picture.map((value) => 255 * ((value + 1) / 2) ** gamma);
    const extent = { width: size, height: size };
    const unsteady = piece.uniform() < unsteadyShare ? randomDisturbance(piece, { moves: false }) : {};
    const shown = disturbed(
      levels,
      extent,
      { blur, noise, ...(jpeg !== undefined && { jpeg }), ...unsteady },
      piece,
    );
    for (let i = 0; i < picture.length; i++) picture[i] = (shown[i] ?? 0) / 127.5 - 1;
    if (isGrey(levels)) makeGrey(picture);
  };
}

function isGrey(levels: Float32Array): boolean {
  const plane = levels.length / 3;
  for (let i = 0; i < plane; i++) {
    if (levels[i] !== levels[plane + i] || levels[i] !== levels[2 * plane + i]) return false;
  }
  return true;
}

/** All channels are the second one: a grey camera's noise and light have no colour. */
function makeGrey(picture: Float32Array): void {
  const plane = picture.length / 3;
  const green = picture.slice(plane, 2 * plane);
  picture.set(green, 0);
  picture.set(green, 2 * plane);
}
