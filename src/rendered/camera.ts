/** A camera: exposure, white balance, vignette, tone curve and sensor noise; from light to bytes. */
import type { Random } from "../base/random.ts";
import type { DefectMask, RgbImage, Size } from "../base/raster.ts";
import { between } from "../base/smooth-noise.ts";
import { samplesPerPixel } from "./surface.ts";

/** How one picture was taken. */
export interface Camera {
  /** Factor of all light. */
  readonly exposure: number;
  /** Factors of red, green and blue. */
  readonly whiteBalance: readonly [number, number, number];
  /** Loss of light in the corners, in [0, 1]. */
  readonly vignette: number;
  /** Standard deviation of the noise in the dark, in levels of 255. */
  readonly readNoise: number;
  /** Standard deviation that photons add at full white, in levels of 255. */
  readonly shotNoise: number;
}

/** A camera as it varies from picture to picture (ours). */
export function drawCamera(random: Random): Camera {
  return {
    exposure: between(random, 0.92, 1.08),
    whiteBalance: [between(random, 0.985, 1.015), 1, between(random, 0.985, 1.015)],
    vignette: between(random, 0.1, 0.2),
    readNoise: between(random, 0.9, 1.6),
    shotNoise: between(random, 1.6, 2.6),
  };
}

/**
 * Picture of `radiance`: each pixel is the mean of its samples.
 *
 * @param radiance - Linear light, float32 [2 * height, 2 * width, 3].
 * @param size - Size of the picture.
 * @param random - Draws the noise, the same number of values whatever the light.
 */
export function photograph(radiance: Float32Array, size: Size, camera: Camera, random: Random): RgbImage {
  const { width, height } = size;
  const noise = random.normals(width * height * 3);
  const data = new Uint8Array(width * height * 3);
  const across = 3 * samplesPerPixel * width;
  const readVariance = camera.readNoise ** 2;
  const shotVariance = camera.shotNoise ** 2;
  const corner = width * width + height * height;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = 2 * x + 1 - width;
      const dy = 2 * y + 1 - height;
      const gain = camera.exposure * (1 - (camera.vignette * (dx * dx + dy * dy)) / corner);
      const from = samplesPerPixel * y * across + 3 * samplesPerPixel * x;
      for (let channel = 0; channel < 3; channel++) {
        const at = from + channel;
        const sum =
          (radiance[at] ?? 0) +
          (radiance[at + 3] ?? 0) +
          (radiance[at + across] ?? 0) +
          (radiance[at + across + 3] ?? 0);
        const level = toneCurve((sum / 4) * gain * (camera.whiteBalance[channel] ?? 1));
        const pixel = 3 * (y * width + x) + channel;
        const spread = Math.sqrt(readVariance + shotVariance * level);
        data[pixel] = Math.min(255, Math.max(0, Math.round(255 * level + spread * (noise[pixel] ?? 0))));
      }
    }
  }
  return { width, height, data };
}

/** Mask of a picture: 255 where any sample of the pixel is damaged, else 0. */
export function maskOf(damage: Uint8Array, size: Size): DefectMask {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  const across = samplesPerPixel * width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = samplesPerPixel * (y * across + x);
      const hit = damage[at] || damage[at + 1] || damage[at + across] || damage[at + across + 1];
      data[y * width + x] = hit ? 255 : 0;
    }
  }
  return { width, height, data };
}

/** Linear light to display levels in [0, 1]: square root as an approximate gamma, bright light rolled off. */
function toneCurve(light: number): number {
  const held = light < 0.7 ? Math.max(0, light) : 0.7 + (0.3 * (light - 0.7)) / (light - 0.7 + 0.3);
  return Math.sqrt(held);
}
