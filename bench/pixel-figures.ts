/** Pixel figures of many images: `npx tsx bench/pixel-figures.ts [images] [side]`. Prints seconds and the highest memory. */
import { Random } from "../src/base/random.ts";
import { PixelFigures } from "../src/evaluation/pixel-figures.ts";

const [count = 1000, side = 512] = process.argv.slice(2).map(Number);
const mapSide = Math.min(256, side); // as the default preset's
const random = new Random(0);
const figures = new PixelFigures(1024);
const started = performance.now();
for (let i = 0; i < count; i++) {
  const isDefective = i % 10 < 7; // as in usual test sets
  const data = random.normals(mapSide * mapSide).map((value) => Math.exp(value / 2));
  const mask = isDefective ? defect(random) : null;
  const image = { width: side, height: side, data: new Uint8Array(0) };
  const item = {
    path: `${i}`,
    className: "",
    label: isDefective ? 1 : 0,
    image,
    maskPath: null,
    mask,
  } as const;
  figures.add(item, { anomalyMap: { width: mapSide, height: mapSide, data } });
}
const added = performance.now();
const values = figures.figures();
console.log(
  JSON.stringify({
    images: count,
    side,
    secondsToAdd: (added - started) / 1000,
    secondsToRead: (performance.now() - added) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    values,
  }),
);

/** A disc of a tenth of the side: 3 % of the pixels. */
function defect(draws: Random): { width: number; height: number; data: Uint8Array } {
  const data = new Uint8Array(side * side);
  const [x, y] = [draws.integer(side), draws.integer(side)];
  for (let at = 0; at < data.length; at++)
    if (Math.hypot((at % side) - x, Math.floor(at / side) - y) < side / 10) data[at] = 1;
  return { width: side, height: side, data };
}
