/** A surface to be photographed: relief, colour and gloss on a grid of samples, finer than the camera's pixels. */
import type { Size } from "../base/raster.ts";

/** Samples per pixel and axis: 2 keeps narrow highlights from turning into stairs (ours). */
export const samplesPerPixel = 2;

/** Red, green and blue reflectance, linear, in [0, 1]. */
export type Reflectance = readonly [number, number, number];

/** How all of a surface answers to light. */
export interface Material {
  /** Colour of its highlights: white for plastic, the metal's own for metal. */
  readonly highlight: Reflectance;
  /** Width of the highlight along the grain (Ward's alpha), > 0. */
  readonly widthAlong: number;
  /** Width of the highlight across the grain, > 0. */
  readonly widthAcross: number;
  /** Share of light that wraps around edges, as in translucent plastic, in [0, 1). */
  readonly wrap: number;
}

/** Relief, colour and gloss, row-major; width and height count samples. */
export interface Surface extends Size {
  /** Edge of one sample, in mm. */
  readonly mmPerSample: number;
  /** Height above the nominal surface, in mm: float32 [height, width]. */
  readonly relief: Float32Array;
  /** Reflectance, linear: float32 [height, width, 3]. */
  readonly albedo: Float32Array;
  /** Strength of the highlight, >= 0: float32 [height, width]. */
  readonly gloss: Float32Array;
  /** Unit vector along the grain (bead or tool mark), x then y: float32 [height, width, 2]. */
  readonly grain: Float32Array;
  /** How it answers to light. */
  readonly material: Material;
}

/** A surface and where it was damaged. */
export interface DamagedSurface {
  readonly surface: Surface;
  /** uint8 [height, width] in samples; 1 where the planted defect is. */
  readonly damage: Uint8Array;
}

/** A flat black surface whose short side is `shortSideMm` long. @param image - Size of the picture, in pixels. */
export function blankSurface(image: Size, shortSideMm: number, material: Material): Surface {
  const width = image.width * samplesPerPixel;
  const height = image.height * samplesPerPixel;
  return {
    width,
    height,
    mmPerSample: shortSideMm / Math.min(width, height),
    relief: new Float32Array(width * height),
    albedo: new Float32Array(width * height * 3),
    gloss: new Float32Array(width * height),
    grain: new Float32Array(width * height * 2),
    material,
  };
}

/** Moves the colour of one sample towards `color` by the share `amount` in [0, 1]. */
export function tint(surface: Surface, sample: number, color: Reflectance, amount: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const at = 3 * sample + channel;
    const value = surface.albedo[at] ?? 0;
    surface.albedo[at] = value + amount * ((color[channel] ?? 0) - value);
  }
}
