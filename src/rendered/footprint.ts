/** Footprints of defects: irregular patches and curved strokes on the sample grid of a surface. */
import type { Random } from "../base/random.ts";
import { between, SmoothNoise } from "../base/smooth-noise.ts";
import type { Surface } from "./surface.ts";

/** A point on the surface, in mm from the upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An irregular round or oval area. */
export interface Patch {
  /** Its middle. */
  readonly center: Point;
  /** Mean radius along its long axis, in mm. */
  readonly radius: number;
  /** Short axis over long axis, in (0, 1]. */
  readonly aspect: number;
  /** Direction of the long axis, in radians from x. */
  readonly angle: number;
  /** How far the outline strays from the oval, as a share of the radius, in [0, 0.5]. */
  readonly irregularity: number;
}

/** A point at least `margin` of the surface's size away from its edges. */
export function pointWithin(surface: Surface, random: Random, margin: number): Point {
  const x = between(random, margin, 1 - margin) * surface.width * surface.mmPerSample;
  return { x, y: between(random, margin, 1 - margin) * surface.height * surface.mmPerSample };
}

/**
 * Calls `visit` for every sample of a patch with `rho`, 0 in the middle and 1 on the outline.
 *
 * The sample under the centre is always visited, however small the patch.
 */
export function visitPatch(
  surface: Surface,
  patch: Patch,
  random: Random,
  visit: (sample: number, rho: number, x: number, y: number) => void,
): void {
  const { mmPerSample, width, height } = surface;
  const noise = new SmoothNoise(random);
  const radius = Math.max(patch.radius, mmPerSample);
  const reach = radius * (1 + patch.irregularity);
  const cos = Math.cos(patch.angle);
  const sin = Math.sin(patch.angle);
  const top = Math.max(0, Math.floor((patch.center.y - reach) / mmPerSample));
  const bottom = Math.min(height - 1, Math.ceil((patch.center.y + reach) / mmPerSample));
  const left = Math.max(0, Math.floor((patch.center.x - reach) / mmPerSample));
  const right = Math.min(width - 1, Math.ceil((patch.center.x + reach) / mmPerSample));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const dx = (column + 0.5) * mmPerSample - patch.center.x;
      const dy = (row + 0.5) * mmPerSample - patch.center.y;
      const along = (dx * cos + dy * sin) / radius;
      const across = (dy * cos - dx * sin) / (radius * patch.aspect);
      const distance = Math.sqrt(along * along + across * across);
      // The outline's noise is a function of direction alone at the rim, and fades towards the middle.
      const sway = distance > 0 ? noise.at(1.7 * (along / distance), 1.7 * (across / distance)) : 0;
      const rho = distance / (1 + patch.irregularity * sway);
      if (rho < 1) visit(row * width + column, rho, dx, dy);
    }
  }
}

/**
 * A gently bent curve through `middle` as a chain of points.
 *
 * @param bend - Sideways bow at the middle as a share of the length.
 */
export function bentCurve(middle: Point, length: number, angle: number, bend: number): Point[] {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const pieces = 24;
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const t = i / pieces - 0.5; // [-0.5, 0.5]
    const bow = bend * length * (0.25 - t * t) * 4 - bend * length; // 0 at the middle
    return { x: middle.x + cos * t * length - sin * bow, y: middle.y + sin * t * length + cos * bow };
  });
}

/**
 * Calls `visit` once for every sample nearer than `reach` (mm) to the curve.
 *
 * @param visit - Gets the sample, its distance from the curve in mm, the position along the curve in [0, 1] and the
 * curve's direction there as a unit vector.
 */
export function visitStroke(
  surface: Surface,
  curve: readonly Point[],
  reach: number,
  visit: (sample: number, distance: number, position: number, direction: Point) => void,
): void {
  const { width, height, mmPerSample } = surface;
  const nearest = new Map<number, { distance: number; position: number; direction: Point }>();
  for (let piece = 0; piece + 1 < curve.length; piece++) {
    const from = curve[piece] ?? { x: 0, y: 0 };
    const to = curve[piece + 1] ?? from;
    const dx = to.x - from.x;
    const dy = to.y - from.y;
    const length = Math.sqrt(dx * dx + dy * dy);
    if (length === 0) continue;
    const direction = { x: dx / length, y: dy / length };
    const top = Math.max(0, Math.floor((Math.min(from.y, to.y) - reach) / mmPerSample));
    const bottom = Math.min(height - 1, Math.ceil((Math.max(from.y, to.y) + reach) / mmPerSample));
    const left = Math.max(0, Math.floor((Math.min(from.x, to.x) - reach) / mmPerSample));
    const right = Math.min(width - 1, Math.ceil((Math.max(from.x, to.x) + reach) / mmPerSample));
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const px = (column + 0.5) * mmPerSample - from.x;
        const py = (row + 0.5) * mmPerSample - from.y;
        const t = Math.min(1, Math.max(0, (px * direction.x + py * direction.y) / length));
        const ex = px - t * dx;
        const ey = py - t * dy;
        const distance = Math.sqrt(ex * ex + ey * ey);
        const sample = row * width + column;
        if (distance >= reach || distance >= (nearest.get(sample)?.distance ?? Infinity)) continue;
        nearest.set(sample, { distance, position: (piece + t) / (curve.length - 1), direction });
      }
    }
  }
  for (const [sample, { distance, position, direction }] of nearest)
    visit(sample, distance, position, direction);
}
