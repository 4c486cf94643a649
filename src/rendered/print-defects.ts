/** What goes wrong in a print, planted into beads or onto the surface. */
import { assertNever } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import { between, ease, SmoothNoise, smoothStep } from "../base/smooth-noise.ts";
import { bentCurve, type Patch, pointWithin, visitPatch, visitStroke } from "./footprint.ts";
import { type Beads, locate, rasterizeBeads } from "./print-beads.ts";
import type { Print } from "./print-surface.ts";
import { type Reflectance, tint } from "./surface.ts";
import type { PrintDefect } from "./surface-kinds.ts";

/** Change of height that counts as damage, in mm: a tenth of a layer (ours). */
const visibleChange = 0.02;

/**
 * Damages a print in place.
 *
 * Sizes and strengths are drawn anew each time, from faint to plain.
 *
 * @returns uint8 [height, width] in samples; 1 where the defect is.
 */
export function damagePrint(print: Print, defect: PrintDefect, random: Random): Uint8Array {
  const damage = new Uint8Array(print.surface.width * print.surface.height);
  switch (defect) {
    case "under_extrusion":
      starve(print, random, damage);
      break;
    case "gap":
      openGap(print, random, damage);
      break;
    case "blob":
      dropBlob(print, random, damage);
      break;
    case "stringing":
      pullStrings(print, random, damage);
      break;
    case "foreign_particle":
      dropParticle(print, random, damage);
      break;
    case "scorch":
      scorch(print, random, damage);
      break;
    default:
      assertNever(defect, "damagePrint");
  }
  return damage;
}

/** One to four neighbouring beads get too little filament, or none, for some millimetres. */
function starve(print: Print, random: Random, damage: Uint8Array): void {
  const { beads, surface } = print;
  const { bead: first, station: middle } = locate(beads, pointWithin(surface, random, 0.2));
  const beadsHit = 1 + random.integer(4);
  const lack = between(random, 0.3, 1);
  const starved = new Uint8Array(beads.count * beads.stations);
  const noise = new SmoothNoise(random);
  for (let bead = first; bead < Math.min(beads.count, first + beadsHit); bead++) {
    const half = between(random, 0.6, 2.2) / beads.spacing;
    const shift = bead === first ? 0 : (0.4 * random.normal()) / beads.spacing;
    for (let station = 0; station < beads.stations; station++) {
      const t = Math.abs(station - middle - shift) / half;
      const ragged = 1 + 0.25 * noise.along((station * beads.spacing) / 0.3, bead);
      const missing = Math.min(1, lack * smoothStep(1, 0.75, t) * ragged);
      if (missing <= 0) continue;
      const at = bead * beads.stations + station;
      thin(beads, at, 1 - missing);
      if (missing > 0.15) starved[at] = 1;
    }
  }
  reform(print, (sample, at, change) => {
    if (starved[at] || change > visibleChange) damage[sample] = 1;
  });
}

function thin(beads: Beads, at: number, flow: number): void {
  const width = flow < 0.12 ? 0 : flow ** 0.6;
  beads.near[at] = (beads.near[at] ?? 0) * width;
  beads.far[at] = (beads.far[at] ?? 0) * width;
  beads.crest[at] = (beads.crest[at] ?? 0) - 0.12 * (1 - flow);
}

/** Two neighbouring beads did not bond: a slit between them. */
function openGap(print: Print, random: Random, damage: Uint8Array): void {
  const { beads, surface } = print;
  const { bead, station: middle } = locate(beads, pointWithin(surface, random, 0.2));
  const half = between(random, 0.8, 3) / beads.spacing;
  const opening = between(random, 0.06, 0.2); // mm, on either side
  const noise = new SmoothNoise(random);
  for (let station = 0; station < beads.stations; station++) {
    const open = opening * smoothStep(1, 0.3, Math.abs(station - middle) / half);
    const ragged = open * (1 + 0.2 * noise.along((station * beads.spacing) / 0.25, 0));
    const at = bead * beads.stations + station;
    beads.far[at] = (beads.far[at] ?? 0) - ragged;
    beads.near[at + beads.stations] = (beads.near[at + beads.stations] ?? 0) - ragged;
  }
  reform(print, (sample, _, change) => {
    if (change > visibleChange) damage[sample] = 1;
  });
}

/** Works changed beads into the relief; `visit` gets each sample, its place in the tables and the change in mm. */
function reform(print: Print, visit: (sample: number, at: number, change: number) => void): void {
  const { beads, surface, sound } = print;
  const relief = new Float32Array(surface.relief.length);
  rasterizeBeads(beads, { ...surface, relief }, (sample, at) => {
    const change = (relief[sample] ?? 0) - (sound[sample] ?? 0);
    surface.relief[sample] = (surface.relief[sample] ?? 0) + change;
    visit(sample, at, Math.abs(change));
  });
}

/** A lump of filament that oozed from the nozzle. */
function dropBlob(print: Print, random: Random, damage: Uint8Array): void {
  const { surface } = print;
  const patch: Patch = {
    center: pointWithin(surface, random, 0.12),
    radius: between(random, 0.27, 0.8),
    aspect: between(random, 0.6, 1),
    angle: between(random, 0, Math.PI),
    irregularity: 0.25,
  };
  const height = patch.radius * between(random, 0.28, 0.5);
  visitPatch(surface, patch, random, (sample, rho) => {
    const dome = -0.1 + (height + 0.1) * Math.sqrt(1 - rho * rho);
    if (dome <= (surface.relief[sample] ?? 0)) return;
    surface.relief[sample] = dome;
    surface.gloss[sample] = (surface.gloss[sample] ?? 0) * 1.2;
    damage[sample] = 1;
  });
}

/** One to three hairs of filament across the beads. */
function pullStrings(print: Print, random: Random, damage: Uint8Array): void {
  const { surface } = print;
  const hairs = 1 + random.integer(3);
  const start = pointWithin(surface, random, 0.25);
  const angle = between(random, 0, Math.PI);
  for (let hair = 0; hair < hairs; hair++) {
    const radius = Math.max(between(random, 0.035, 0.1), 0.7 * surface.mmPerSample);
    const middle = { x: start.x + 0.5 * random.normal() * hair, y: start.y + 0.5 * random.normal() * hair };
    const curve = bentCurve(
      middle,
      between(random, 2, 6.5),
      angle + 0.3 * random.normal(),
      between(random, -0.2, 0.2),
    );
    visitStroke(surface, curve, radius, (sample, distance, position) => {
      const end = ease(Math.min(1, 12 * Math.min(position, 1 - position)));
      const round = Math.sqrt(1 - (distance / radius) ** 2);
      const top = -0.08 + 0.1 * end + radius * round;
      if (top <= (surface.relief[sample] ?? 0)) return;
      surface.relief[sample] = top;
      tint(surface, sample, [0.8, 0.8, 0.8], 0.18); // thin plastic is paler
      surface.gloss[sample] = (surface.gloss[sample] ?? 0) * 1.3;
      damage[sample] = 1;
    });
  }
}

/** What falls on prints: carbon, brass, wood, dust, plastic of another colour (ours, by eye). */
const particles: readonly { readonly color: Reflectance; readonly gloss: number }[] = [
  { color: [0.03, 0.028, 0.026], gloss: 0.1 },
  { color: [0.45, 0.32, 0.12], gloss: 0.7 },
  { color: [0.33, 0.2, 0.1], gloss: 0.05 },
  { color: [0.5, 0.5, 0.48], gloss: 0.05 },
  { color: [0.1, 0.3, 0.12], gloss: 0.3 },
];

/** A flake that does not belong there, lying or half sunk. */
function dropParticle(print: Print, random: Random, damage: Uint8Array): void {
  const { surface } = print;
  const { color, gloss } = particles[random.integer(particles.length)] ?? { color: [0, 0, 0], gloss: 0 };
  const patch: Patch = {
    center: pointWithin(surface, random, 0.12),
    radius: between(random, 0.2, 0.48),
    aspect: between(random, 0.45, 0.9),
    angle: between(random, 0, Math.PI),
    irregularity: 0.45,
  };
  const cover = between(random, 0.45, 0.95);
  const height = between(random, 0.02, 0.12);
  const slope = { x: 0.15 * random.normal(), y: 0.15 * random.normal() };
  visitPatch(surface, patch, random, (sample, rho, x, y) => {
    const facet = height * smoothStep(1, 0.7, rho) + slope.x * x + slope.y * y;
    surface.relief[sample] = Math.max(surface.relief[sample] ?? 0, facet);
    surface.gloss[sample] = gloss;
    tint(surface, sample, color, cover * smoothStep(1, 0.85, rho));
    damage[sample] = 1;
  });
}

/** Filament that stayed too long in a hot nozzle: a brown stain, at times barely darker than the print. */
function scorch(print: Print, random: Random, damage: Uint8Array): void {
  const { surface } = print;
  const patch: Patch = {
    center: pointWithin(surface, random, 0.15),
    radius: between(random, 0.45, 1.6),
    aspect: between(random, 0.4, 0.9),
    angle: Math.atan2(print.beads.direction.y, print.beads.direction.x) + 0.2 * random.normal(),
    irregularity: 0.4,
  };
  const strength = between(random, 0.3, 0.9);
  const noise = new SmoothNoise(random);
  visitPatch(surface, patch, random, (sample, rho, x, y) => {
    const mottle = 0.75 + 0.35 * noise.at(x / 0.25, y / 0.25);
    const burn = Math.min(1, strength * smoothStep(1, 0.35, rho) * mottle);
    tint(surface, sample, [0.085, 0.04, 0.018], burn);
    surface.gloss[sample] = (surface.gloss[sample] ?? 0) * (1 - 0.5 * burn);
    if (burn > 0.08) damage[sample] = 1;
  });
}
