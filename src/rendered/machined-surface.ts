/** Machined steel: the marks of a face mill, of a brush or of a lathe tool, and a little wear. */
import type { Random } from "../base/random.ts";
import type { Size } from "../base/raster.ts";
import { between, SmoothNoise, smoothStep } from "../base/smooth-noise.ts";
import { blankSurface, type Material, type Surface } from "./surface.ts";
import type { FinishName } from "./surface-kinds.ts";

/** Short side of the field of view, in mm (ours). */
const machinedViewMm = 10;

const steel: Material = { highlight: [0.96, 0.98, 1], widthAlong: 0.17, widthAcross: 0.36, wrap: 0 };

/** Relief in mm at a point, and the direction of the marks there (not yet of unit length). */
type Marks = (x: number, y: number) => { relief: number; grainX: number; grainY: number };

/** Sound machined steel. */
export function machineSurface(image: Size, finish: FinishName, random: Random): Surface {
  const surface = blankSurface(image, machinedViewMm, steel);
  const { width, height, mmPerSample, relief, gloss, albedo, grain } = surface;
  const marks = { milled, brushed, turned }[finish](
    { width: width * mmPerSample, height: height * mmPerSample },
    random.split("marks"),
  );
  const noise = new SmoothNoise(random.split("wear"));
  const shine = between(random.split("shine"), 0.62, 0.74);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const sample = row * width + column;
      const x = (column + 0.5) * mmPerSample;
      const y = (row + 0.5) * mmPerSample;
      const mark = marks(x, y);
      const scale = 1 / Math.sqrt(mark.grainX * mark.grainX + mark.grainY * mark.grainY);
      const wear = smoothStep(0.35, 0.9, noise.at(x / 2.3, y / 2.3)); // rubbed: marks shallower, duller
      const grit = noise.at(x / 0.09, y / 0.09);
      relief[sample] = mark.relief * (1 - 0.3 * wear) + 0.0009 * grit;
      gloss[sample] = shine * (1 - 0.09 * wear) * (1 + 0.05 * grit);
      grain[2 * sample] = mark.grainX * scale;
      grain[2 * sample + 1] = mark.grainY * scale;
      albedo[3 * sample] = 0.135;
      albedo[3 * sample + 1] = 0.137;
      albedo[3 * sample + 2] = 0.142;
    }
  }
  return surface;
}

/** Face milling: arcs one feed apart, crossed by the faint marks of the cutter's trailing edge. */
function milled(extent: Size, random: Random): Marks {
  const radius = between(random, 14, 17);
  const middle = extent.height * between(random, 0.35, 0.65);
  const feed = 0.42 * between(random, 0.97, 1.03);
  const phase = random.uniform();
  const noise = new SmoothNoise(random);
  const tilt = between(random, -0.03, 0.03);
  return (x, y) => {
    const off = y - middle + tilt * x;
    const sag = radius - Math.sqrt(radius * radius - off * off);
    const front = (x + sag) / feed + phase;
    const back = (x - sag) / feed + 1.7 * phase;
    const tooth = Math.floor(front);
    const depth = 0.015 * (1 + 0.45 * noise.along(tooth + 0.5, 7));
    const fine = noise.at(front * 5.5, y / 2.5); // edge wear of the insert repeats along the arc
    const relief = scallop(front - tooth) * depth + 0.0055 * fine + 0.005 * scallop(back - Math.floor(back));
    return { relief, grainX: -off / radius, grainY: 1 };
  };
}

/** Brushing: fine grooves of many lengths, nearly parallel. */
function brushed(extent: Size, random: Random): Marks {
  const angle = between(random, -0.04, 0.04);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const start = between(random, 0, 100) + extent.width;
  const noise = new SmoothNoise(random);
  return (x, y) => {
    const along = start + x * cos + y * sin;
    const across = start + y * cos - x * sin;
    const sway = across + 0.05 * noise.along(along / 6, 11);
    const relief =
      0.011 * noise.at(along / 9, sway / 0.31) +
      0.006 * noise.at(along / 3.1, sway / 0.13) +
      0.0035 * noise.at(along / 1.1, sway / 0.075);
    return { relief, grainX: cos, grainY: sin };
  };
}

/** Turning: rings one feed apart around a centre outside the picture. */
function turned(extent: Size, random: Random): Marks {
  const centerX = extent.width * between(random, -0.35, -0.25);
  const centerY = extent.height * between(random, 1.25, 1.35);
  const feed = 0.34 * between(random, 0.97, 1.03);
  const noise = new SmoothNoise(random);
  return (x, y) => {
    const dx = x - centerX;
    const dy = y - centerY;
    const radius = Math.sqrt(dx * dx + dy * dy);
    const turn = radius / feed;
    const ring = Math.floor(turn);
    const depth = 0.011 * (1 + 0.45 * noise.along(ring + 0.5, 5));
    const around = (8 * dy) / radius;
    const relief = scallop(turn - ring) * depth + 0.005 * noise.at(turn * 4.3, around);
    return { relief, grainX: -dy, grainY: dx };
  };
}

/** Round valley between two sharp crests: 0 in the middle of the period, 1 at its ends. */
function scallop(phase: number): number {
  return 4 * (phase - 0.5) * (phase - 0.5);
}
