/** The colours of heat maps: dark violet over red and orange to pale yellow, even steps of lightness. */
import { checkInteger } from "../base/check.ts";

/** Red, green and blue, each an integer in [0, 255]. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Number of colours in {@link colorTable}. */
export const colorCount = 256;

/**
 * Control points (ours) in OKLCH: chroma and hue in degrees, at even steps of the map.
 *
 * Lightness is not listed, since it is the map's meaning: it rises linearly, so that equal steps of the value look like
 * equal steps, and the order survives every colour blindness and a black-and-white print. The chromas stay inside sRGB.
 */
const controlPoints: readonly { readonly chroma: number; readonly hue: number }[] = [
  { chroma: 0.03, hue: 285 },
  { chroma: 0.14, hue: 312 },
  { chroma: 0.195, hue: 368 },
  { chroma: 0.15, hue: 414 },
  { chroma: 0.075, hue: 462 },
];
const lightnessRange = [0.14, 0.97] as const;

/** The map as bytes, uint8 [256 * 3]: red, green, blue of fraction i / 255. */
export const colorTable: Uint8Array = tableOf(colorCount);

/**
 * Row of {@link colorTable} for a fraction of the scale.
 *
 * @param fraction - Value divided by the scale's maximum; below 0 and NaN give the first colour, above 1 the last.
 */
export function colorIndex(fraction: number): number {
  if (!(fraction > 0)) return 0;
  return Math.min(colorCount - 1, Math.round(fraction * (colorCount - 1)));
}

/** Colour of a fraction of the scale; below 0 and NaN give the first colour, above 1 the last. */
export function colorAt(fraction: number): Rgb {
  const at = colorIndex(fraction) * 3;
  return [colorTable[at] ?? 0, colorTable[at + 1] ?? 0, colorTable[at + 2] ?? 0];
}

/**
 * The map as a CSS gradient from left (0) to right (1), for a legend.
 *
 * @param stops - Number of colours named, at least 2. Default 17 (ours): no visible difference from all 256.
 */
export function cssGradient(stops = 17): string {
  checkInteger("stops", stops, { minimum: 2 });
  const colors = Array.from({ length: stops }, (_, i) => `rgb(${colorAt(i / (stops - 1)).join(",")})`);
  return `linear-gradient(to right,${colors.join(",")})`;
}

/**
 * Linear sRGB, unclipped, of an OKLab colour.
 *
 * @see Ottosson 2020, "A perceptual color space for image processing", https://bottosson.github.io/posts/oklab/
 */
export function linearRgbFromOklab(lightness: number, a: number, b: number): [number, number, number] {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ];
}

/** OKLab colour of the map at a fraction in [0, 1]: lightness linear, a and b on a Catmull-Rom curve. */
export function oklabAt(fraction: number): [lightness: number, a: number, b: number] {
  const [dark, light] = lightnessRange;
  const position = fraction * (controlPoints.length - 1);
  const segment = Math.min(Math.floor(position), controlPoints.length - 2);
  const points = [-1, 0, 1, 2].map((offset) => chromaVector(segment + offset));
  const [a, b] = [0, 1].map((axis) =>
    catmullRom(
      points.map((point) => point[axis] ?? 0),
      position - segment,
    ),
  );
  return [dark + (light - dark) * fraction, a ?? 0, b ?? 0];
}

function chromaVector(index: number): readonly number[] {
  const point = controlPoints[Math.max(0, Math.min(controlPoints.length - 1, index))];
  const { chroma, hue } = point ?? { chroma: 0, hue: 0 };
  return [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
}

function catmullRom(values: readonly number[], u: number): number {
  const [before = 0, from = 0, to = 0, after = 0] = values;
  const linear = to - before;
  const square = 2 * before - 5 * from + 4 * to - after;
  const cube = 3 * (from - to) + after - before;
  return from + 0.5 * u * (linear + u * (square + u * cube));
}

function tableOf(count: number): Uint8Array {
  const table = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    table.set(linearRgbFromOklab(...oklabAt(i / (count - 1))).map(byteOf), i * 3);
  }
  return table;
}

/** sRGB's transfer function, IEC 61966-2-1. */
function byteOf(linear: number): number {
  const value = Math.max(0, Math.min(1, linear));
  return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055));
}
