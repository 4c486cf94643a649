/** What synthetic defects are filled with: made from the good images themselves and from procedural noise. */
import type { Random } from "../base/random.ts";
import { fractalNoise } from "../base/smooth-noise.ts";
import { weightedChoice } from "./weighted-choice.ts";

/** Where a defect's pixels come from. */
export interface Scene {
  /** The image, float32 [3, size, size] in [-1, 1]. */
  readonly image: Float32Array;
  /** Another good image of that shape. */
  readonly other: Float32Array;
  readonly size: number;
}

/** Colour of a defect at a pixel: value of `channel` at column x, row y. */
export type Filling = (channel: number, x: number, y: number) => number;

interface FillingKind {
  /** Share of defects that have it (ours). */
  readonly share: number;
  /** Whether it replaces what is below; others may be blended with it. */
  readonly opaque: boolean;
  readonly make: (scene: Scene, random: Random) => Filling;
}

const kinds: readonly FillingKind[] = [
  { share: 0.24, opaque: false, make: transplant },
  { share: 0.14, opaque: false, make: stain },
  { share: 0.1, opaque: false, make: texture },
  { share: 0.12, opaque: true, make: shade },
  { share: 0.2, opaque: true, make: relief },
  { share: 0.07, opaque: true, make: displace },
  { share: 0.05, opaque: true, make: blur },
  { share: 0.05, opaque: true, make: zoom },
  { share: 0.03, opaque: true, make: grain },
];

/** A filling of random kind, and whether it replaces what is below. */
export function randomFilling(scene: Scene, random: Random): { filling: Filling; isOpaque: boolean } {
  const { opaque, make } = weightedChoice(kinds, random);
  return { filling: make(scene, random), isOpaque: opaque };
}

/** Another place of a good image, mirrored or turned, its light and colour changed. */
function transplant({ image, other, size }: Scene, random: Random): Filling {
  const source = random.uniform() < 0.5 ? other : image;
  const [dx, dy] = [random.integer(size), random.integer(size)];
  const [mirrorX, mirrorY, swap] = [coin(random), coin(random), coin(random)];
  const gain = 1 + 0.4 * random.normal() * (coin(random) ? 1 : 0.2);
  const light = 0.3 * random.normal() * (coin(random) ? 1 : 0.2);
  const tint = triple(() => light + 0.15 * random.normal());
  return (channel, x, y) => {
    let [u, v] = [(x + dx) % size, (y + dy) % size];
    if (mirrorX) u = size - 1 - u;
    if (mirrorY) v = size - 1 - v;
    return gain * pixel(source, size, channel, swap ? v : u, swap ? u : v) + (tint[channel] ?? 0);
  };
}

/** One colour, grey half of the time, with a little mottling. */
function stain({ size }: Scene, random: Random): Filling {
  const grey = 2 * random.uniform() - 1;
  const color = coin(random)
    ? triple(() => grey + 0.1 * random.normal())
    : triple(() => 2 * random.uniform() - 1);
  const noise = fractalNoise(8 + 24 * random.uniform(), 2, random);
  const mottling = 0.25 * random.uniform();
  return (channel, x, y) => (color[channel] ?? 0) + mottling * noise(x / size, y / size);
}

/** A procedural texture of two fields in two colours. */
function texture({ size }: Scene, random: Random): Filling {
  const [first, second] = [
    fractalNoise(2 + 30 * random.uniform(), 4, random),
    fractalNoise(2 + 30 * random.uniform(), 3, random),
  ];
  const base = triple(() => 0.7 * (2 * random.uniform() - 1));
  const [a, b] = [triple(() => 0.5 * random.normal()), triple(() => 0.3 * random.normal())];
  return (channel, x, y) => {
    const [u, v] = [x / size, y / size];
    return (base[channel] ?? 0) + (a[channel] ?? 0) * first(u, v) + (b[channel] ?? 0) * second(u, v);
  };
}

/** The image itself, lighter, darker, or of another colour or contrast. */
function shade({ image, size }: Scene, random: Random): Filling {
  const sign = () => (coin(random) ? -1 : 1);
  const light = sign() * (0.08 + 0.5 * random.uniform());
  const shift =
    random.uniform() < 0.6 ? triple(() => light) : triple(() => sign() * (0.05 + 0.4 * random.uniform()));
  const gain = coin(random) ? 1 : 0.3 + 1.2 * random.uniform();
  return (channel, x, y) => gain * pixel(image, size, channel, x, y) + (shift[channel] ?? 0);
}

/** The image itself out of focus. */
function blur({ image, size }: Scene, random: Random): Filling {
  const reach = 1 + random.integer(Math.max(1, Math.round(size / 40)));
  const step = Math.max(1, Math.floor(reach / 2)); // five taps or fewer along each axis
  return (channel, x, y) => {
    let [sum, count] = [0, 0];
    for (let dy = -reach; dy <= reach; dy += step) {
      for (let dx = -reach; dx <= reach; dx += step, count++)
        sum += pixel(image, size, channel, x + dx, y + dy);
    }
    return sum / count;
  };
}

/** Another image at another scale. */
function zoom({ other, size }: Scene, random: Random): Filling {
  const scale = coin(random) ? 0.35 + 0.4 * random.uniform() : 1.4 + 1.2 * random.uniform();
  const [dx, dy] = [random.integer(size), random.integer(size)];
  return (channel, x, y) =>
    pixel(other, size, channel, (Math.floor(x * scale) + dx) % size, (Math.floor(y * scale) + dy) % size);
}

/** The image itself with noise, grey or coloured. */
function grain({ image, size }: Scene, random: Random): Filling {
  const strength = 0.1 + 0.4 * random.uniform();
  const isMono = random.uniform() < 0.7;
  let shared = 0;
  let last = -1;
  return (channel, x, y) => {
    const place = y * size + x;
    if (place !== last || !isMono) shared = random.normal();
    last = place;
    return pixel(image, size, channel, x, y) + strength * shared;
  };
}

/** The image itself as if dented or raised: light and shadow of a bumpy surface. */
function relief({ image, size }: Scene, random: Random): Filling {
  const height = fractalNoise(6 + 40 * random.uniform() ** 2, 2, random);
  const strength = 0.04 + 0.3 * random.uniform() ** 2; // of the brightness, at the mean slope
  const angle = 2 * Math.PI * random.uniform();
  const reach = 0.7 / size;
  const [dx, dy] = [reach * Math.cos(angle), reach * Math.sin(angle)];
  const slope = (u: number, v: number) => height(u + dx, v + dy) - height(u - dx, v - dy);
  const samples = 64;
  let spread = 1e-6;
  for (let i = 0; i < samples; i++) spread += Math.abs(slope(random.uniform(), random.uniform())) / samples;
  return (channel, x, y) => {
    const before = pixel(image, size, channel, x, y);
    return before + (strength * slope(x / size, y / size) * (before + 1)) / spread;
  };
}

/** The image itself, pushed aside. */
function displace({ image, size }: Scene, random: Random): Filling {
  const distance = size * (0.02 + 0.06 * random.uniform());
  const angle = 2 * Math.PI * random.uniform();
  const [dx, dy] = [Math.round(distance * Math.cos(angle)), Math.round(distance * Math.sin(angle))];
  return (channel, x, y) => pixel(image, size, channel, x + dx, y + dy);
}

/** A pixel; outside the image its nearest one. */
function pixel(image: Float32Array, size: number, channel: number, x: number, y: number): number {
  const column = Math.max(0, Math.min(size - 1, x));
  const row = Math.max(0, Math.min(size - 1, y));
  return image[(channel * size + row) * size + column] ?? 0;
}

function coin(random: Random): boolean {
  return random.uniform() < 0.5;
}

function triple(make: () => number): readonly [number, number, number] {
  return [make(), make(), make()];
}
