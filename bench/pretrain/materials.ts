/** Procedural materials: each has statistics of its own, and as many different pieces as wanted. */
import type { Random } from "../../src/base/random.ts";
import { between, fractalNoise, SmoothNoise, smoothStep } from "../../src/base/smooth-noise.ts";
import { rotation } from "../../src/data/defect-shape.ts";

/** Height of a piece at (u, v) in [0, 1], mostly in [0, 1]. */
export type Field = (u: number, v: number) => number;

/** A new piece of one material, drawn with `random`. */
export type Material = (random: Random) => Field;

const kinds: readonly ((random: Random) => Material)[] = [
  clouds,
  waves,
  cells,
  leaves,
  fibres,
  bricks,
  plain,
];

/** A material of random kind and settings. */
export function randomMaterial(random: Random): Material {
  return (kinds[random.integer(kinds.length)] ?? plain)(random);
}

/** Noise of some octaves, drawn out in one direction or not. */
function clouds(random: Random): Material {
  const turned = rotation(random);
  const scale = 3 * 20 ** random.uniform();
  const octaves = 1 + random.integer(4);
  const stretch = random.uniform() < 0.5 ? 1 : 8 ** random.uniform();
  const contrast = 0.4 * between(random, 0.5, 1.5);
  return (piece) => {
    const noise = fractalNoise(scale, octaves, piece);
    return (u, v) => {
      const [along, across] = turned(u, v);
      return 0.5 + contrast * noise(along, across / stretch);
    };
  };
}

/** One or two gratings, smooth or nearly square, a little warped. */
function waves(random: Random): Material {
  const first = Math.PI * random.uniform();
  const angles = random.uniform() < 0.5 ? [first] : [first, first + between(random, 0.5, 2.5)];
  const gratings = angles.map((angle) => ({
    x: Math.cos(angle),
    y: Math.sin(angle),
    frequency: 4 * 10 ** random.uniform(),
    isSquare: random.uniform() < 0.5,
  }));
  const [warp, warpScale] = [0.02 * random.uniform() ** 2, between(random, 2, 8)];
  return (piece) => {
    const bend = fractalNoise(warpScale, 2, piece);
    const phases = gratings.map(() => 2 * Math.PI * piece.uniform());
    return (u, v) => {
      const shift = warp * bend(u, v);
      return gratings.reduce((sum, { x, y, frequency, isSquare }, i) => {
        const place = (u + shift) * x + (v + shift) * y;
        const wave = Math.sin(2 * Math.PI * frequency * place + (phases[i] ?? 0));
        return sum + (0.4 / gratings.length) * (isSquare ? Math.tanh(4 * wave) : wave);
      }, 0.5);
    };
  };
}

/** Cells around jittered points: grains with borders, or bumps. */
function cells(random: Random): Material {
  const count = 4 + random.integer(16);
  const jitter = between(random, 0.3, 1);
  const hasBorders = random.uniform() < 0.6;
  const [sharpness, toneShare] = [between(random, 1.2, 7), 0.5 * random.uniform()];
  return (piece) => {
    const side = count + 4; // after which they are the same again
    const numbers = () => Float32Array.from({ length: side * side }, () => piece.uniform());
    const [right, down, tones] = [numbers(), numbers(), numbers()];
    const wrapped = (i: number) => ((i % side) + side) % side;
    return (u, v) => {
      const [x, y] = [u * count, v * count];
      let [nearest, second, tone] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
      for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
        for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
          const cell = wrapped(row) * side + wrapped(column);
          const dx = column + jitter * (right[cell] ?? 0) - x;
          const dy = row + jitter * (down[cell] ?? 0) - y;
          const distance = Math.sqrt(dx * dx + dy * dy);
          if (distance < nearest) {
            second = nearest;
            nearest = distance;
            tone = tones[cell] ?? 0;
          } else if (distance < second) second = distance;
        }
      }
      const height = hasBorders ? Math.min(1, sharpness * (second - nearest)) : 0.2 + 0.6 * nearest;
      return height * (1 - toneShare) + tone * toneShare;
    };
  };
}

const leafGrid = 192;

/** Discs and boxes of many sizes that lie on each other ("dead leaves"). */
function leaves(random: Random): Material {
  const count = 60 + random.integer(400);
  const [smallest, largest] = [between(random, 0.008, 0.03), between(random, 0.06, 0.3)];
  const roundShare = random.uniform();
  return (piece) => {
    const heights = new Float32Array(leafGrid * leafGrid).fill(0.5);
    for (let i = 0; i < count; i++) {
      const inverse = 1 / largest + piece.uniform() * (1 / smallest - 1 / largest);
      dropLeaf(heights, leafGrid / inverse, piece.uniform() < roundShare, piece);
    }
    return (u, v) => bilinear(heights, leafGrid, u, v);
  };
}

function dropLeaf(heights: Float32Array, radius: number, isRound: boolean, random: Random): void {
  const [x0, y0, height] = [leafGrid * random.uniform(), leafGrid * random.uniform(), random.uniform()];
  const turned = rotation(random);
  const flatness = between(random, 0.5, 1);
  const reach = 1.5 * radius;
  const [left, right] = [Math.max(0, Math.floor(x0 - reach)), Math.min(leafGrid, x0 + reach)];
  for (let y = Math.max(0, Math.floor(y0 - reach)); y < Math.min(leafGrid, y0 + reach); y++) {
    for (let x = left; x < right; x++) {
      const [along, across] = turned((x - x0) / radius, (y - y0) / radius);
      const isIn = isRound
        ? along ** 2 + (across / flatness) ** 2 < 1
        : Math.abs(along) < 1 && Math.abs(across) < flatness;
      if (isIn) heights[y * leafGrid + x] = height;
    }
  }
}

/** Fibres along one direction, with slow rings: wood, brushed metal. */
function fibres(random: Random): Material {
  const turned = rotation(random);
  const [scale, stretch, warp] = [between(random, 10, 50), between(random, 6, 20), 0.1 * random.uniform()];
  const [ringShare, rings] = [random.uniform(), between(random, 3, 11)];
  return (piece) => {
    const [bend, grain] = [fractalNoise(2.5, 2, piece), fractalNoise(scale, 2, piece)];
    const phase = 2 * Math.PI * piece.uniform();
    return (u, v) => {
      const [along, across] = turned(u, v);
      const shift = warp * bend(u, v);
      const ring = Math.sin(2 * Math.PI * rings * (across + 2 * shift) + phase);
      return (
        0.5 + 0.3 * ringShare * ring + 0.35 * (1 - 0.5 * ringShare) * grain(along / stretch, across + shift)
      );
    };
  };
}

/** Rows of tiles with joints, or a plain weave. */
function bricks(random: Random): Material {
  const turned = random.uniform() < 0.4 ? (u: number, v: number) => [u, v] as const : rotation(random);
  const columns = between(random, 3, 15);
  const rows = columns * between(random, 0.5, 2);
  const [joint, toneShare, isWoven] = [
    between(random, 0.05, 0.2),
    0.2 * random.uniform(),
    random.uniform() < 0.4,
  ];
  return (piece) => {
    const [right, down] = [piece.uniform(), piece.uniform()];
    const tones = new SmoothNoise(piece);
    return (u, v) => {
      const [along, across] = turned(u, v);
      const row = Math.floor(across * rows + down);
      const x = along * columns + right + 0.5 * (row & 1);
      const column = Math.floor(x);
      const [fx, fy] = [x - column, across * rows + down - row];
      if (isWoven) return 0.3 + 0.4 * Math.sin(Math.PI * ((row + column) & 1 ? fx : fy));
      const toJoint = Math.min(fx, 1 - fx, fy, 1 - fy);
      return (
        0.25 + 0.5 * smoothStep(0.4 * joint, joint, toJoint) + toneShare * tones.at(column + 0.5, row + 0.5)
      );
    };
  };
}

/** Nearly even. */
function plain(random: Random): Material {
  const [scale, contrast] = [between(random, 20, 80), 0.15 * random.uniform()];
  return (piece) => {
    const noise = fractalNoise(scale, 2, piece);
    return (u, v) => 0.5 + contrast * noise(u, v);
  };
}

function bilinear(values: Float32Array, side: number, u: number, v: number): number {
  const x = Math.min(side - 1.001, Math.max(0, u * (side - 1)));
  const y = Math.min(side - 1.001, Math.max(0, v * (side - 1)));
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const from = row * side + column;
  const upper = mixed(values[from], values[from + 1], x - column);
  const lower = mixed(values[from + side], values[from + side + 1], x - column);
  return mixed(upper, lower, y - row);
}

function mixed(a = 0, b = 0, share = 0): number {
  return a + share * (b - a);
}
