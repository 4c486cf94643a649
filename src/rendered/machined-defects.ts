/** What goes wrong on machined steel, planted onto the surface. */
import { assertNever } from "../base/check.ts";
import type { Random } from "../base/random.ts";
import { between, SmoothNoise, smoothStep } from "../base/smooth-noise.ts";
import { bentCurve, type Patch, pointWithin, visitPatch, visitStroke } from "./footprint.ts";
import { type Reflectance, type Surface, tint } from "./surface.ts";
import type { MachinedDefect } from "./surface-kinds.ts";

/**
 * Damages machined steel in place.
 *
 * Sizes and strengths are drawn anew each time, from faint to plain.
 *
 * @returns uint8 [height, width] in samples; 1 where the defect is.
 */
export function damageMachined(surface: Surface, defect: MachinedDefect, random: Random): Uint8Array {
  const damage = new Uint8Array(surface.width * surface.height);
  switch (defect) {
    case "scratch":
      scratch(surface, random, damage);
      break;
    case "dent":
      dent(surface, random, damage);
      break;
    case "rust":
      rust(surface, random, damage);
      break;
    case "chatter":
      chatter(surface, random, damage);
      break;
    default:
      assertNever(defect, "damageMachined");
  }
  return damage;
}

/** A groove with a burr on both sides, at an angle to the tool marks. */
function scratch(surface: Surface, random: Random, damage: Uint8Array): void {
  const { relief, grain, gloss } = surface;
  const half = Math.max(between(random, 0.04, 0.11), 0.8 * surface.mmPerSample);
  const depth = half * between(random, 0.12, 0.5);
  const middle = pointWithin(surface, random, 0.25);
  const curve = bentCurve(
    middle,
    between(random, 1.2, 7),
    between(random, 0, Math.PI),
    between(random, -0.08, 0.08),
  );
  const noise = new SmoothNoise(random);
  visitStroke(surface, curve, 1.8 * half, (sample, distance, position, direction) => {
    const pressure = smoothStep(0, 0.15, position) * smoothStep(1, 0.7, position);
    const force = pressure * (1 + 0.4 * noise.along(position * 17, 0));
    const t = distance / half;
    const shape = t < 1 ? -(1 - t * t) : 0.45 * smoothStep(1.8, 1.3, t) * smoothStep(1, 1.2, t);
    relief[sample] = (relief[sample] ?? 0) + depth * force * shape;
    if (t >= 1 || force < 0.12) return;
    // The groove has its own grain, freshly cut.
    grain[2 * sample] = direction.x;
    grain[2 * sample + 1] = direction.y;
    gloss[sample] = (gloss[sample] ?? 0) * (1 + 0.15 * force);
    damage[sample] = 1;
  });
}

/** A hollow knocked into the surface, with a low rim. */
function dent(surface: Surface, random: Random, damage: Uint8Array): void {
  const patch: Patch = {
    center: pointWithin(surface, random, 0.15),
    radius: between(random, 0.35, 1.1),
    aspect: between(random, 0.55, 1),
    angle: between(random, 0, Math.PI),
    irregularity: 0.15,
  };
  const depth = patch.radius * between(random, 0.03, 0.11);
  visitPatch(surface, patch, random, (sample, rho) => {
    const inner = rho / 0.8;
    const shape = inner < 1 ? -((1 - inner * inner) ** 2) : 0.12 * smoothStep(1, 0.9, rho) * (inner - 1) * 8;
    surface.relief[sample] = (surface.relief[sample] ?? 0) + depth * shape;
    damage[sample] = 1;
  });
}

const rustColors: readonly Reflectance[] = [
  [0.24, 0.085, 0.028],
  [0.15, 0.05, 0.02],
  [0.2, 0.13, 0.07],
];

/** Spots of rust, or a faint brown film of the coolant that dried there. */
function rust(surface: Surface, random: Random, damage: Uint8Array): void {
  const strength = between(random, 0.2, 1);
  const color = rustColors[random.integer(rustColors.length)] ?? [0, 0, 0];
  const center = pointWithin(surface, random, 0.2);
  const spots = 1 + random.integer(4);
  for (let spot = 0; spot < spots; spot++) {
    const away = spot === 0 ? 0 : 0.8;
    const patch: Patch = {
      center: { x: center.x + away * random.normal(), y: center.y + away * random.normal() },
      radius: between(random, 0.2, 0.9) * (spot === 0 ? 1.2 : 0.6),
      aspect: between(random, 0.6, 1),
      angle: between(random, 0, Math.PI),
      irregularity: 0.4,
    };
    const noise = new SmoothNoise(random);
    visitPatch(surface, patch, random, (sample, rho, x, y) => {
      const mottle = 0.8 + 0.4 * noise.at(x / 0.2, y / 0.2);
      const cover = Math.min(1, strength * smoothStep(1, 0.4, rho) * mottle);
      tint(surface, sample, color, cover);
      surface.gloss[sample] = (surface.gloss[sample] ?? 0) * (1 - 0.9 * cover);
      const crust = 0.006 * cover * strength * noise.at(x / 0.1 + 40, y / 0.1);
      surface.relief[sample] = (surface.relief[sample] ?? 0) + crust;
      if (cover > 0.08) damage[sample] = 1;
    });
  }
}

/** The tool sprang: waves along the cut, in a band of its path. */
function chatter(surface: Surface, random: Random, damage: Uint8Array): void {
  const center = pointWithin(surface, random, 0.25);
  const { mmPerSample, width } = surface;
  const at = Math.floor(center.y / mmPerSample) * width + Math.floor(center.x / mmPerSample);
  const along = { x: surface.grain[2 * at] ?? 1, y: surface.grain[2 * at + 1] ?? 0 };
  const patch: Patch = {
    center,
    radius: between(random, 1.3, 4),
    aspect: between(random, 0.25, 0.5),
    angle: Math.atan2(along.y, along.x),
    irregularity: 0.2,
  };
  const wavelength = between(random, 0.4, 0.75);
  const height = wavelength * between(random, 0.012, 0.032);
  const noise = new SmoothNoise(random);
  visitPatch(surface, patch, random, (sample, rho, x, y) => {
    const across = y * along.x - x * along.y;
    // Each pass of the tool springs a little earlier or later than the one before.
    const phase = (x * along.x + y * along.y) / wavelength + 0.45 * noise.at(across / 0.4, 3.5);
    const envelope = smoothStep(1, 0.45, rho) * (0.75 + 0.35 * noise.at(x / 0.8, y / 0.8));
    surface.relief[sample] =
      (surface.relief[sample] ?? 0) + height * envelope * Math.sin(2 * Math.PI * phase);
    if (envelope > 0.15) damage[sample] = 1;
  });
}
