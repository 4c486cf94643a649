/** The top of a filament print: beads, filament colour, fine roughness. */
import type { Random } from "../base/random.ts";
import type { Size } from "../base/raster.ts";
import { between, SmoothNoise } from "../base/smooth-noise.ts";
import { type Beads, layBeads, rasterizeBeads } from "./print-beads.ts";
import { blankSurface, type Material, type Reflectance, type Surface } from "./surface.ts";
import type { FilamentName } from "./surface-kinds.ts";

/** Short side of the field of view, in mm: about 13 beads (ours). */
const printViewMm = 8;

/** A print and the beads it is made of. */
export interface Print {
  readonly surface: Surface;
  readonly beads: Beads;
  /** Relief of the sound beads without roughness, in mm: float32 [height, width] in samples. */
  readonly sound: Float32Array;
}

/** Reflectance of each filament, linear (ours, by eye). */
const filamentColors: Readonly<Record<FilamentName, Reflectance>> = {
  orange: [0.62, 0.2, 0.035],
  graphite: [0.085, 0.09, 0.1],
  teal: [0.04, 0.27, 0.28],
  ivory: [0.62, 0.57, 0.44],
  red: [0.48, 0.05, 0.045],
  blue: [0.045, 0.12, 0.42],
};

const plastic: Material = { highlight: [1, 1, 1], widthAlong: 0.2, widthAcross: 0.24, wrap: 0.15 };

/** A sound print of a filament whose shade varies a little from spool to spool. */
export function layPrint(image: Size, filament: FilamentName, random: Random): Print {
  const surface = blankSurface(image, printViewMm, plastic);
  const { mmPerSample } = surface;
  const extent = { width: surface.width * mmPerSample, height: surface.height * mmPerSample };
  const beads = layBeads(extent, mmPerSample, random.split("beads"));
  colorBeads(surface, beads, filament, random.split("filament"));
  const sound = surface.relief.slice();
  roughen(surface, new SmoothNoise(random.split("roughness")), 0.0022);
  return { surface, beads, sound };
}

/** Relief, colour and gloss of the beads as they are. */
function colorBeads(surface: Surface, beads: Beads, filament: FilamentName, random: Random): void {
  const { albedo, gloss, grain } = surface;
  const spool = between(random, 0.93, 1.07);
  const hue = between(random, 0.96, 1.04);
  const sheen = between(random, 0.24, 0.36);
  const [red, green, blue] = filamentColors[filament];
  const noise = new SmoothNoise(random);
  rasterizeBeads(beads, surface, (sample, at, along, across) => {
    const bead = Math.floor(at / beads.stations);
    const cooling = noise.along(along / 1.1, bead); // bead by bead, slow
    const pigment = noise.at(along / 0.12, across / 0.12);
    const shade = spool * (1 + 0.035 * cooling + 0.03 * pigment);
    albedo[3 * sample] = red * shade;
    albedo[3 * sample + 1] = green * shade * hue;
    albedo[3 * sample + 2] = blue * shade;
    gloss[sample] = sheen * (1 + 0.22 * cooling + 0.2 * pigment);
    grain[2 * sample] = beads.direction.x;
    grain[2 * sample + 1] = beads.direction.y;
  });
}

/** Adds fine roughness of the given height in mm. */
function roughen(surface: Surface, noise: SmoothNoise, height: number): void {
  const { relief, width, mmPerSample } = surface;
  const scale = mmPerSample / 0.07;
  for (let i = 0; i < relief.length; i++) {
    const column = i % width;
    relief[i] = (relief[i] ?? 0) + height * noise.at(column * scale, ((i - column) / width) * scale);
  }
}
