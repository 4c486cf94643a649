/** What the shares of part in small pictures tell on the host: how large, how long, where they end, what a part takes up of its frame. */
import { isOnBorder, pixelPlaces, searchHeightPx, searchWidthPx } from "./part-ground.ts";

/** The part of one picture. */
export interface PartShape {
  /** Share of the picture's pixels. */
  readonly area: number;
  /** Share of the part's pixels that lie on the picture's border. */
  readonly onBorder: number;
  /** (λ₁ - λ₂) / (λ₁ + λ₂) of its second moments: 0 round, 1 a line. */
  readonly elongation: number;
}

/** @param weights - Share of part of each pixel, [h·w] at the size of the search. */
export function shapeOf(weights: Float32Array, aspect: number): PartShape {
  const height = searchHeightPx(aspect);
  const { x, y } = pixelPlaces(height, searchWidthPx);
  const sums = { mass: 0, border: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
  weights.forEach((weight, i) => {
    const [px, py] = [x[i] ?? 0, y[i] ?? 0];
    sums.mass += weight;
    if (isOnBorder(i, height, searchWidthPx)) sums.border += weight;
    sums.x += weight * px;
    sums.y += weight * py;
    sums.xx += weight * px * px;
    sums.xy += weight * px * py;
    sums.yy += weight * py * py;
  });
  const mass = Math.max(sums.mass, 1e-9);
  const [cx, cy] = [sums.x / mass, sums.y / mass];
  const [xx, xy, yy] = [sums.xx / mass - cx * cx, sums.xy / mass - cx * cy, sums.yy / mass - cy * cy];
  return {
    area: sums.mass / weights.length,
    onBorder: sums.border / mass,
    elongation: Math.hypot(xx - yy, 2 * xy) / Math.max(xx + yy, 1e-9),
  };
}

/**
 * How far the part reaches from its middle along either axis of its frame, in widths of the picture.
 *
 * @param pose - Middle, cosine and sine, [4].
 */
export function reachOf(weights: Float32Array, pose: Float32Array, aspect: number): number {
  const { x, y } = pixelPlaces(searchHeightPx(aspect), searchWidthPx);
  const [cx = 0, cy = 0, cos = 1, sin = 0] = pose;
  let reach = 0;
  weights.forEach((weight, i) => {
    if (weight < 0.5) return;
    const [dx, dy] = [(x[i] ?? 0) - cx, (y[i] ?? 0) - cy];
    reach = Math.max(reach, Math.abs(cos * dx + sin * dy), Math.abs(cos * dy - sin * dx));
  });
  return reach;
}

/** The mean place of all poses, not turned, [4]. */
export function standingPose(poses: readonly Float32Array[]): Float32Array {
  const mean = (index: number) => poses.reduce((sum, pose) => sum + (pose[index] ?? 0), 0) / poses.length;
  return Float32Array.of(mean(0), mean(1), 1, 0);
}

/** The mean of frames. @param frames - Of one size, at least one. */
export function meanOf(frames: readonly Float32Array[]): Float64Array {
  const sums = new Float64Array(frames[0]?.length ?? 0);
  for (const frame of frames) {
    for (const [i, value] of frame.entries()) sums[i] = (sums[i] ?? 0) + value / frames.length;
  }
  return sums;
}

/** The mean of frames less its own mean: a template. */
export function meanFrame(frames: readonly Float32Array[]): number[] {
  const sums = meanOf(frames);
  const mean = sums.reduce((sum, value) => sum + value, 0) / sums.length;
  return Array.from(sums, (value) => Math.fround(value - mean));
}

/** Mean over the pixels of the variance over the frames, each less its own mean. */
export function spread(frames: readonly Float32Array[]): number {
  const centre = meanFrame(frames);
  let total = 0;
  for (const frame of frames) {
    const mean = frame.reduce((sum, value) => sum + value, 0) / frame.length;
    total += frame.reduce((sum, value, i) => sum + (value - mean - (centre[i] ?? 0)) ** 2, 0) / frame.length;
  }
  return total / frames.length;
}

/**
 * Which places of a frame are part, or close to it: the convex outline of all that is part in some of the good pictures, with room around it. What lies in a hollow or a hole of the
 * part is inside, and so is what looks like the ground in its middle.
 *
 * @param shares - Mean over good pictures of the share of part at each place, [side · side].
 * @param options - `least`: of the pictures, in which a place is part for it to count. `room`: in places.
 * @returns uint8 [side · side], 1 inside.
 */
export function outlined(
  shares: ArrayLike<number>,
  side: number,
  { least, room }: { readonly least: number; readonly room: number },
): Uint8Array {
  const places = Array.from({ length: side * side }, (_, i) => [i % side, Math.floor(i / side)] as const);
  const outline = convexOutline(places.filter((_, i) => (shares[i] ?? 0) >= least));
  const edges = outline.map((from, i) => [from, outline[(i + 1) % outline.length] ?? from] as const);
  const isInside = (place: Point) =>
    edges.every(([from, to]) => {
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      return length === 0 || turnOf(from, to, place) / length >= -room;
    });
  return Uint8Array.from(places, (place) => (outline.length > 2 && isInside(place) ? 1 : 0));
}

type Point = readonly [x: number, y: number];

/** Corners of the convex hull, in one sense of rotation. @see Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions" */
function convexOutline(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (ordered: readonly Point[]) => {
    const corners: Point[] = [];
    for (const point of ordered) {
      while (corners.length > 1) {
        const [from, to] = corners.slice(-2) as [Point, Point];
        if (turnOf(from, to, point) > 0) break;
        corners.pop();
      }
      corners.push(point);
    }
    return corners.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.toReversed())];
}

/** Twice the area of the triangle: above 0 where the third point lies to the left, in axes that point right and up. */
function turnOf(from: Point, to: Point, point: Point): number {
  return (to[0] - from[0]) * (point[1] - from[1]) - (to[1] - from[1]) * (point[0] - from[0]);
}
