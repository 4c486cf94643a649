/** The top layer of a print as beads of filament: where each runs, how wide and how high it is. */
import type { Random } from "../base/random.ts";
import type { Size } from "../base/raster.ts";
import { between, ease, SmoothNoise } from "../base/smooth-noise.ts";
import type { Point } from "./footprint.ts";

/** Distance between two beads as laid by the slicer, in mm. */
const beadPitch = 0.6;
/** Height of a layer, in mm. */
const layerHeight = 0.2;

/** Beads side by side; stations along a bead are `spacing` apart. Tables are float32 [count, stations]. */
export interface Beads {
  /** Direction of the beads, as a unit vector. */
  readonly direction: Point;
  /** Where station 0 of bead 0 lies: across and along, in mm. */
  readonly origin: { readonly across: number; readonly along: number };
  readonly count: number;
  readonly stations: number;
  /** Distance of two stations, in mm. */
  readonly spacing: number;
  /** Offset of the bead's middle from its nominal place, in mm. */
  readonly offset: Float32Array;
  /** Half width to the side of smaller `across`, in mm. */
  readonly near: Float32Array;
  /** Half width to the side of larger `across`, in mm. */
  readonly far: Float32Array;
  /** Height of the crest over the nominal surface, in mm. */
  readonly crest: Float32Array;
}

/** The bead and station of a point; both may lie outside the tables by the caller's choice of point. */
export function locate(beads: Beads, point: Point): { bead: number; station: number } {
  const { direction, origin } = beads;
  const across = point.x * direction.y - point.y * direction.x - origin.across;
  const along = point.x * direction.x + point.y * direction.y - origin.along;
  return { bead: Math.round(across / beadPitch), station: Math.round(along / beads.spacing) };
}

/**
 * Beads that cover a picture of the given extent, with the small irregularities every sound print has: uneven width,
 * wobble, bonding in pairs, extrusion ripple, joints where the nozzle stopped and went on.
 *
 * @param extent - Width and height of the surface, in mm.
 */
export function layBeads(extent: Size, spacing: number, random: Random): Beads {
  const angle = -Math.PI / 4 + between(random, -0.06, 0.06);
  const direction = { x: Math.cos(angle), y: Math.sin(angle) };
  const diagonal = Math.sqrt(extent.width ** 2 + extent.height ** 2) + 4 * beadPitch;
  const center = { x: extent.width / 2, y: extent.height / 2 };
  const shift = between(random, 0, beadPitch);
  const origin = {
    across: center.x * direction.y - center.y * direction.x - diagonal / 2 + shift,
    along: center.x * direction.x + center.y * direction.y - diagonal / 2,
  };
  const count = Math.ceil(diagonal / beadPitch) + 1;
  const stations = Math.ceil(diagonal / spacing) + 1;
  const table = (): Float32Array => new Float32Array(count * stations);
  const beads: Beads = {
    ...{ direction, origin, count, stations, spacing },
    ...{ offset: table(), near: table(), far: table(), crest: table() },
  };
  const noise = new SmoothNoise(random);
  const overlap = between(random, 1.04, 1.12); // of neighbours: the flow setting of the day
  const pairing = between(random, 0.005, 0.02); // mm by which the way back leans on the way forth
  for (let bead = 0; bead < count; bead++) {
    const width = 0.5 * beadPitch * overlap * (1 + 0.02 * random.normal());
    const lean = (bead % 2 === 0 ? pairing : -pairing) + 0.008 * random.normal();
    const height = 0.006 * random.normal();
    for (let station = 0; station < stations; station++) {
      const at = bead * stations + station;
      const along = station * spacing;
      const slow = noise.along(along / 1.9, 3 * bead);
      const ripple = noise.along(along / 0.21, 3 * bead + 1);
      const wobble = noise.along(along / 1.3, 3 * bead + 2);
      const half = width * (1 + 0.035 * slow + 0.014 * ripple);
      beads.offset[at] = lean + 0.012 * wobble;
      beads.near[at] = half;
      beads.far[at] = half;
      beads.crest[at] = height + 0.008 * slow + 0.006 * ripple;
    }
  }
  addJoints(beads, random);
  return beads;
}

/** Joints: a short swelling, then a short thinning. Scattered ones, and at times a seam of them across all beads. */
function addJoints(beads: Beads, random: Random): void {
  const seam = random.uniform() < 0.35 ? between(random, 0.2, 0.8) * beads.stations : null;
  for (let bead = 0; bead < beads.count; bead++) {
    const scattered = random.uniform() * beads.stations;
    const isJoined = random.uniform() < 0.12;
    const jitter = (0.12 * random.normal()) / beads.spacing;
    const strength = between(random, 0.4, 1);
    if (seam !== null) swell(beads, bead, seam + jitter, strength);
    if (isJoined) swell(beads, bead, scattered, strength);
  }
}

function swell(beads: Beads, bead: number, station: number, strength: number): void {
  const reach = Math.ceil(0.3 / beads.spacing);
  const from = Math.max(0, Math.round(station) - reach);
  const to = Math.min(beads.stations - 1, Math.round(station) + reach);
  for (let s = from; s <= to; s++) {
    const t = (s - station) / reach; // [-1, 1]: swelling, then thinning
    const wave = -strength * Math.sin(Math.PI * t) * ease(Math.max(0, 1 - Math.abs(t)));
    const at = bead * beads.stations + s;
    beads.near[at] = (beads.near[at] ?? 0) * (1 + 0.12 * wave);
    beads.far[at] = (beads.far[at] ?? 0) * (1 + 0.12 * wave);
    beads.crest[at] = (beads.crest[at] ?? 0) + 0.03 * wave;
  }
}

/**
 * Writes the relief of the beads, and of the layer below where they leave it open.
 *
 * @param relief - float32 [height, width], overwritten; samples are `mmPerSample` wide.
 * @param visit - Gets each sample and its position in the tables: `bead * stations + station`.
 */
export function rasterizeBeads(
  beads: Beads,
  grid: Size & { readonly mmPerSample: number; readonly relief: Float32Array },
  visit: (sample: number, at: number, along: number, across: number) => void,
): void {
  const { direction, origin, count, stations, spacing, offset, near, far, crest } = beads;
  const { width, height, mmPerSample, relief } = grid;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) * mmPerSample;
      const y = (row + 0.5) * mmPerSample;
      const across = x * direction.y - y * direction.x - origin.across;
      const along = x * direction.x + y * direction.y - origin.along;
      const middle = Math.min(count - 2, Math.max(1, Math.floor(across / beadPitch + 0.5)));
      const station = Math.min(stations - 1, Math.max(0, Math.floor(along / spacing + 0.5)));
      // Beads of the layer below run at a right angle.
      const below = along / beadPitch - Math.floor(along / beadPitch) - 0.5; // [-0.5, 0.5]
      let top = -layerHeight - 0.35 * below * below;
      for (let bead = middle - 1; bead <= middle + 1; bead++) {
        const at = bead * stations + station;
        const distance = across - bead * beadPitch - (offset[at] ?? 0);
        const half = (distance < 0 ? near[at] : far[at]) ?? 0;
        const t = distance * distance;
        const limit = half * half;
        if (t >= limit) continue;
        // Flattened dome: the nozzle irons the crest.
        const rest = 1 - (t / limit) * (0.35 + (0.65 * t) / limit);
        const surface = (crest[at] ?? 0) - 0.19 * (1 - Math.sqrt(rest));
        if (surface > top) top = surface;
      }
      const sample = row * width + column;
      relief[sample] = top;
      visit(sample, middle * stations + station, along, across);
    }
  }
}
