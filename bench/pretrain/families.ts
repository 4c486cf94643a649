/** Families of rendered pictures: each is one kind of part or surface as a camera at a line would see it again and again. */
import type { Random } from "../../src/base/random.ts";
import { between, fractalNoise, smoothStep } from "../../src/base/smooth-noise.ts";
import { rotation } from "../../src/data/defect-shape.ts";
import { renderSurface } from "../../src/rendered/index.ts";
import { type LookName, lookNames, surfaceKinds } from "../../src/rendered/surface-kinds.ts";
import { randomMaterial } from "./materials.ts";

/** Draws one picture of a family: float32 [3, size, size] in [-1, 1], written to `picture`. */
export type Family = (random: Random, picture: Float32Array, size: number) => void;

type Color = readonly [number, number, number];

/** A family of random kind: a part on a ground, a surface, or one of the demo's rendered materials. */
export function randomFamily(random: Random): Family {
  const kind = random.uniform();
  if (kind < 0.45) return part(random);
  return kind < 0.92 ? surface(random) : demoSurface(random);
}

/** One part, always alike but for a little shift, turn, light, and the material's own structure; some lie anyhow. */
function part(random: Random): Family {
  const isGrey = random.uniform() < 0.3;
  const [groundMaterial, bodyMaterial] = [randomMaterial(random), randomMaterial(random)];
  const [groundColor, bodyColor, markColor] = [
    color(random, isGrey),
    color(random, isGrey),
    color(random, isGrey),
  ];
  const outline = randomOutline(random);
  const [groundContrast, bodyContrast] = [0.5 * random.uniform() ** 2, 0.6 * random.uniform() ** 2];
  const marks = Array.from({ length: random.integer(7) }, () => randomMark(random));
  const threads = random.uniform() < 0.25 ? between(random, 30, 90) : 0;
  const [usualTurn, liesAnyhow] = [2 * Math.PI * random.uniform(), random.uniform() < 0.25];
  const move = random.uniform() < 0.5 ? 0.01 : 0.06;
  const lit = rotation(random);
  const [shading, lightSpread, castsShadow] = [
    0.5 * random.uniform(),
    0.1 * random.uniform(),
    random.uniform() < 0.75,
  ];
  const noise = 0.02 * random.uniform() ** 2;
  return (piece, picture, size) => {
    const [ground, body] = [groundMaterial(piece), bodyMaterial(piece)];
    const turn = usualTurn + (liesAnyhow ? 2 * Math.PI * piece.uniform() : 0.05 * piece.normal());
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const [dx, dy, light] = [move * piece.normal(), move * piece.normal(), 1 + lightSpread * piece.normal()];
    paint(picture, size, (u, v, pixel) => {
      const [px, py] = [u - 0.5 - dx, v - 0.5 - dy];
      const { x, y, distance, inside } = outline(cos * px + sin * py, cos * py - sin * px);
      const [slope] = lit(x, y);
      let height =
        bodyContrast * (body(px + 0.5, py + 0.5) - 0.5) + shading * (0.5 * slope - 0.15 * distance ** 2);
      if (threads > 0 && Math.abs(x) > 0.3) height += 0.2 * Math.sin(threads * x);
      let marked = 0;
      for (const mark of marks) {
        const { coverage, tone } = mark(x, y);
        height += tone;
        marked = Math.max(marked, coverage);
      }
      const shadow = castsShadow ? 0.15 * shading * (1 - smoothStep(0.9, 1.3, distance)) : 0;
      const below = groundContrast * (ground(u, v) - 0.5) - shadow;
      for (let channel = 0; channel < 3; channel++) {
        const back = (groundColor[channel] ?? 0) + below;
        const unmarked = bodyColor[channel] ?? 0;
        const front = unmarked + marked * ((markColor[channel] ?? 0) - unmarked) + height;
        pixel[channel] = light * (back + inside * (front - back));
      }
    });
    photograph(picture, noise, isGrey, piece);
  };
}

/** A material all over, or two mixed, in two colours, under uneven light. */
function surface(random: Random): Family {
  const isGrey = random.uniform() < 0.4;
  const [first, second] = [randomMaterial(random), randomMaterial(random)];
  const secondShare = random.uniform() < 0.5 ? 0 : 0.6 * random.uniform();
  const [low, high] = [color(random, isGrey), color(random, isGrey)];
  const contrast = between(random, 0.15, 1);
  const [unevenness, lightSpread] = [0.3 * random.uniform() ** 2, 0.15 * random.uniform()];
  const [noise, extent] = [0.03 * random.uniform() ** 2, between(random, 0.4, 1)];
  return (piece, picture, size) => {
    const [a, b] = [first(piece), second(piece)];
    const slow = fractalNoise(1.5, 1, piece);
    const light = 1 + lightSpread * piece.normal();
    const [left, top] = [(1 - extent) * piece.uniform(), (1 - extent) * piece.uniform()];
    paint(picture, size, (u, v, pixel) => {
      const [x, y] = [left + extent * u, top + extent * v];
      const mixed = (1 - secondShare) * (a(x, y) - 0.5) + secondShare * (b(x, y) - 0.5);
      const height = 0.5 + contrast * mixed;
      const here = light * (1 + unevenness * slow(u, v));
      for (let channel = 0; channel < 3; channel++) {
        const base = low[channel] ?? 0;
        pixel[channel] = here * (base + height * ((high[channel] ?? 0) - base));
      }
    });
    photograph(picture, noise, isGrey, piece);
  };
}

/** Prints and machined steel as the demo shows them, without a defect. */
function demoSurface(random: Random): Family {
  const kind = surfaceKinds[random.integer(surfaceKinds.length)] ?? "print";
  const looks: readonly LookName[] = lookNames(kind);
  const look = looks[random.integer(looks.length)];
  return (piece, picture, size) => {
    const { image } = renderSurface({
      kind,
      width: size,
      height: size,
      defect: null,
      ...(look !== undefined && { look }),
      random: piece,
    });
    const plane = size * size;
    for (let i = 0; i < 3 * plane; i++)
      picture[i] = (image.data[3 * (i % plane) + Math.floor(i / plane)] ?? 0) / 127.5 - 1;
  };
}

interface Placed {
  /** Coordinates within the outline, 1 at its edge. */
  readonly x: number;
  readonly y: number;
  /** 1 at the edge. */
  readonly distance: number;
  /** 0 outside .. 1 inside. */
  readonly inside: number;
}

/** A rounded box, ring, box or ellipse of random proportions. */
function randomOutline(random: Random): (x: number, y: number) => Placed {
  const kind = random.integer(4);
  const width = between(random, 0.2, 0.45);
  const height = random.uniform() < 0.4 ? width : between(random, 0.12, 0.45);
  const [power, soft] = [between(random, 2, 8), between(random, 0.01, 0.06)];
  return (px, py) => {
    const [x, y] = [px / width, py / height];
    const distance =
      kind === 0
        ? Math.max(Math.abs(x), Math.abs(y))
        : kind === 1
          ? Math.hypot(x, y)
          : (Math.abs(x) ** power + Math.abs(y) ** power) ** (1 / power);
    const hole = kind === 1 ? smoothStep(0.5 - soft, 0.5 + soft, distance) : 1;
    return { x, y, distance, inside: hole * (1 - smoothStep(1 - soft, 1 + soft, distance)) };
  };
}

/** A dot, box or ring on the part: how much of its own colour it has at a place, and how it changes the tone. */
function randomMark(random: Random): (x: number, y: number) => { coverage: number; tone: number } {
  const kind = random.integer(3);
  const [x0, y0] = [between(random, -0.6, 0.6), between(random, -0.6, 0.6)];
  const [width, height] = [between(random, 0.04, 0.3), between(random, 0.04, 0.3)];
  const turned = rotation(random);
  const strength = between(random, -0.3, 0.3);
  return (x, y) => {
    const [along, across] = turned(x - x0, y - y0);
    const [u, v] = [along / width, across / height];
    const distance =
      kind === 0
        ? Math.hypot(u, v)
        : kind === 1
          ? Math.max(Math.abs(u), Math.abs(v))
          : 3 * Math.abs(Math.hypot(u, v) - 0.7);
    const coverage = 1 - smoothStep(0.85, 1.15, distance);
    return { coverage, tone: strength * coverage };
  };
}

/** Fills a picture place by place, in [0, 1]; `at` writes the three channels of a place to `pixel`. */
function paint(
  picture: Float32Array,
  size: number,
  at: (u: number, v: number, pixel: Float64Array) => void,
): void {
  const plane = size * size;
  const pixel = new Float64Array(3);
  for (let place = 0; place < plane; place++) {
    at((place % size) / size, Math.floor(place / size) / size, pixel);
    for (let channel = 0; channel < 3; channel++) picture[channel * plane + place] = pixel[channel] ?? 0;
  }
}

/** From [0, 1] to [-1, 1], with a sensor's noise; grey pictures have the same in all channels. */
function photograph(picture: Float32Array, noise: number, isGrey: boolean, random: Random): void {
  const plane = picture.length / 3;
  for (let place = 0; place < plane; place++) {
    let shared = noise * random.normal();
    for (let channel = 0; channel < 3; channel++) {
      const at = channel * plane + place;
      if (!isGrey && channel > 0) shared = noise * random.normal();
      picture[at] = 2 * Math.min(1, Math.max(0, (picture[at] ?? 0) + shared)) - 1;
    }
  }
}

function color(random: Random, isGrey: boolean): Color {
  const lightness = random.uniform();
  const spread = isGrey ? 0 : 0.35 * random.uniform() ** 2;
  const channel = () => Math.min(1, Math.max(0, lightness + spread * random.normal()));
  return isGrey ? [lightness, lightness, lightness] : [channel(), channel(), channel()];
}
