/** Light on a relief: normals, wrapped diffuse light, anisotropic highlights, cast shadows, darkness in grooves. */
import type { Surface } from "./surface.ts";

/** One lamp at a finite distance, and light from everywhere. */
export interface Light {
  /** Direction the light comes from, in radians from x towards y (y points down). */
  readonly azimuth: number;
  /** Height of the lamp over the horizon, in radians, in (0, pi / 2). */
  readonly elevation: number;
  /** Distance of the lamp from the middle of the surface, in mm; nearer lamps light less evenly. */
  readonly distance: number;
  /** Strength of the lamp; 1 makes a white surface that faces it white. */
  readonly lamp: number;
  /** Strength of the light from everywhere. */
  readonly fill: number;
}

/**
 * Radiance towards a camera straight above.
 *
 * @returns Linear light, float32 [height, width, 3], 1 = white paper facing a lamp of strength 1.
 * @see Ward 1992, "Measuring and modeling anisotropic reflection" (the highlight, without its normalisation)
 */
export function shade(surface: Surface, light: Light): Float32Array {
  const { width, height, mmPerSample, relief, albedo, gloss, grain, material } = surface;
  const radiance = new Float32Array(width * height * 3);
  const shadow = castShadows(surface, light);
  const hollow = hollows(surface, 0.3);
  const flat = Math.cos(light.elevation) * light.distance;
  const lampX = (width * mmPerSample) / 2 + flat * Math.cos(light.azimuth);
  const lampY = (height * mmPerSample) / 2 + flat * Math.sin(light.azimuth);
  const lampZ = Math.sin(light.elevation) * light.distance;
  const perSlope = 1 / (2 * mmPerSample);
  const { lamp, fill } = light;
  const lampScale = lamp * light.distance * light.distance;
  const { wrap } = material;
  const [red, green, blue] = material.highlight;
  const perAlong = 1 / material.widthAlong ** 2;
  const perAcross = 1 / material.widthAcross ** 2;
  for (let row = 0; row < height; row++) {
    const above = row > 0 ? width : 0;
    const below = row < height - 1 ? width : 0;
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      const slopeX =
        ((relief[column < width - 1 ? i + 1 : i] ?? 0) - (relief[column > 0 ? i - 1 : i] ?? 0)) * perSlope;
      const slopeY = ((relief[i + below] ?? 0) - (relief[i - above] ?? 0)) * perSlope;
      const nz = 1 / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
      const nx = -slopeX * nz;
      const ny = -slopeY * nz;

      const toX = lampX - (column + 0.5) * mmPerSample;
      const toY = lampY - (row + 0.5) * mmPerSample;
      const squared = toX * toX + toY * toY + lampZ * lampZ;
      const inverse = 1 / Math.sqrt(squared);
      const lx = toX * inverse;
      const ly = toY * inverse;
      const lz = lampZ * inverse;
      const lit = (lampScale / squared) * (1 - (shadow[i] ?? 0));

      const facing = nx * lx + ny * ly + nz * lz;
      const diffuse = Math.max(0, (facing + wrap) / (1 + wrap));
      const open = 1 - (hollow[i] ?? 0);
      const body = lit * diffuse + fill * (0.55 + 0.45 * nz) * open;

      let shine = 0;
      if (facing > 0) {
        const halfScale = 1 / Math.sqrt(2 + 2 * lz); // |L + V| with V = (0, 0, 1)
        const hx = lx * halfScale;
        const hy = ly * halfScale;
        const hz = (lz + 1) * halfScale;
        const gx = grain[2 * i] ?? 0;
        const gy = grain[2 * i + 1] ?? 0;
        const gz = -(nx * gx + ny * gy) / nz; // the grain lies in the surface
        const scale = 1 / Math.sqrt(gx * gx + gy * gy + gz * gz);
        const alongH = (hx * gx + hy * gy + hz * gz) * scale;
        const normalH = hx * nx + hy * ny + hz * nz;
        const across2 = Math.max(0, 1 - normalH * normalH - alongH * alongH);
        const spread = (alongH * alongH * perAlong + across2 * perAcross) / (normalH * normalH);
        shine = (gloss[i] ?? 0) * lit * Math.exp(-spread);
      }
      const sky = (gloss[i] ?? 0) * fill * 0.25 * nz * open;
      radiance[3 * i] = (albedo[3 * i] ?? 0) * body + red * (shine + sky);
      radiance[3 * i + 1] = (albedo[3 * i + 1] ?? 0) * body + green * (shine + sky);
      radiance[3 * i + 2] = (albedo[3 * i + 2] ?? 0) * body + blue * (shine + sky);
    }
  }
  return radiance;
}

/** Share of the lamp hidden behind higher ground, float32 [height, width] in [0, 0.85]. */
function castShadows(surface: Surface, light: Light): Float32Array {
  const { width, height, mmPerSample, relief } = surface;
  const shadow = new Float32Array(width * height);
  const rise = Math.tan(light.elevation) * mmPerSample; // of the ray, in mm per sample
  const softness = 0.8 * rise;
  let lowest = Infinity;
  let highest = -Infinity;
  for (const height of relief) {
    if (height < lowest) lowest = height;
    if (height > highest) highest = height;
  }
  const steps = [1.5, 3, 4.5, 6.5, 9, 12].map((step) => ({
    dx: Math.round(step * Math.cos(light.azimuth)),
    dy: Math.round(step * Math.sin(light.azimuth)),
    rise: step * rise,
  }));
  for (const step of steps) {
    if (step.rise >= highest - lowest) break; // the ray is above everything
    const offset = step.dy * width + step.dx;
    for (let row = Math.max(0, -step.dy); row < height - Math.max(0, step.dy); row++) {
      const last = width - Math.max(0, step.dx);
      for (let column = Math.max(0, -step.dx); column < last; column++) {
        const i = row * width + column;
        const over = (relief[i + offset] ?? 0) - (relief[i] ?? 0) - step.rise;
        if (over <= 0) continue;
        const hidden = Math.min(0.85, over / softness);
        if (hidden > (shadow[i] ?? 0)) shadow[i] = hidden;
      }
    }
  }
  return shadow;
}

/** Share of the surrounding light that does not reach hollows, float32 [height, width] in [0, 0.8]. */
function hollows(surface: Surface, radiusMm: number): Float32Array {
  const { width, height, relief, mmPerSample } = surface;
  const radius = Math.max(1, Math.round(radiusMm / mmPerSample));
  const mean = boxMean(relief, width, height, radius);
  for (let i = 0; i < mean.length; i++) {
    const depth = ((mean[i] ?? 0) - (relief[i] ?? 0)) / radiusMm;
    mean[i] = Math.min(0.8, Math.max(0, 2.2 * depth));
  }
  return mean;
}

/** Mean over the square of edge 2 * radius + 1 around each value; the border repeats outwards. */
export function boxMean(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = new Float32Array(values.length);
  for (let row = 0; row < height; row++) slidingMean(values, rows, row * width, 1, width, radius);
  const mean = new Float32Array(values.length);
  for (let column = 0; column < width; column++) slidingMean(rows, mean, column, width, height, radius);
  return mean;
}

function slidingMean(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  length: number,
  radius: number,
): void {
  const value = (i: number): number => from[start + Math.min(length - 1, Math.max(0, i)) * stride] ?? 0;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += value(i);
  for (let i = 0; i < length; i++) {
    to[start + i * stride] = sum / (2 * radius + 1);
    sum += value(i + radius + 1) - value(i - radius);
  }
}
