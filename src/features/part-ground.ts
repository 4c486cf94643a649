/** What of a picture is part: what differs from the ground, a plane through the picture's border. Looked for in a small copy of the picture. */
import {
  abs,
  constant,
  matmul,
  max,
  min,
  mul,
  reduceMean,
  reshape,
  resizeLinear,
  scalar,
  sub,
  type Tensor,
} from "../graph/index.ts";

/** Width at which a part is looked for, in pixels (ours). */
export const searchWidthPx = 96;

/** Rows of the small picture in which a part is looked for. */
export function searchHeightPx(aspect: number): number {
  return Math.max(8, Math.round(searchWidthPx * aspect));
}

/** Pictures at the size for the search, float32 [N, 3, h, w], from pictures of any size. */
export function smallPictures(planes: Tensor, aspect: number): Tensor {
  return resizeLinear(planes, searchHeightPx(aspect), searchWidthPx);
}

/**
 * How far each pixel is from the ground, the mean over the colours.
 *
 * @param small - float32 [N, 3, h, w].
 * @returns float32 [N, h·w].
 */
export function groundDistance(small: Tensor): Tensor {
  const [height, width] = small.shape.slice(2).map(Number) as [number, number];
  const { basis, projection } = groundPlane(height, width);
  const rows = reshape(small, ["N", 3, height * width]);
  const ground = matmul(matmul(rows, projection), basis);
  return reduceMean(abs(sub(rows, ground)), { axes: [1], keepDims: false });
}

/** Share of each pixel that is part, float32 [N, h·w] in [0, 1]: none below the contrast, all from twice as much. */
export function partWeights(small: Tensor, contrast: number): Tensor {
  const relative = sub(mul(groundDistance(small), scalar(1 / contrast)), scalar(1));
  return min(max(relative, scalar(0)), scalar(1));
}

/** Pixels of the part that lie on the picture's border, counted by their shares: float32 [N, 1]. @param weights - As {@link partWeights}. */
export function partOnBorder(weights: Tensor, aspect: number): Tensor {
  const height = searchHeightPx(aspect);
  const count = height * searchWidthPx;
  const data = Float32Array.from({ length: count }, (_, i) => (isOnBorder(i, height, searchWidthPx) ? 1 : 0));
  return matmul(weights, constant({ dtype: "float32", shape: [count, 1], data }));
}

/** Whether the i-th pixel lies on the border of a picture. */
export function isOnBorder(i: number, height: number, width: number): boolean {
  const [x, y] = [i % width, Math.floor(i / width)];
  return x === 0 || y === 0 || x === width - 1 || y === height - 1;
}

/** Middles of the pixels of a small picture, row by row. */
export function pixelPlaces(height: number, width: number): { x: number[]; y: number[] } {
  const indices = Array.from({ length: height * width }, (_, i) => i);
  return {
    x: indices.map((i) => ((i % width) + 0.5) / width),
    y: indices.map((i) => (Math.floor(i / width) + 0.5) / width),
  };
}

/** Matrices that put a plane through a picture's border by least squares: pixels → 3 coefficients → pixels. */
function groundPlane(height: number, width: number): { basis: Tensor; projection: Tensor } {
  const places = height * width;
  const terms = (i: number) => [
    1,
    (((i % width) + 0.5) / width) * 2 - 1,
    ((Math.floor(i / width) + 0.5) / height) * 2 - 1,
  ];
  const isBorder = (i: number) => isOnBorder(i, height, width);
  // The border is symmetric around the middle: the three terms are orthogonal on it.
  const squares = [0, 0, 0];
  for (let i = 0; i < places; i++) {
    if (!isBorder(i)) continue;
    for (const [k, term] of terms(i).entries()) squares[k] = (squares[k] ?? 0) + term * term;
  }
  const basis = new Float32Array(3 * places);
  const projection = new Float32Array(places * 3);
  for (let i = 0; i < places; i++) {
    terms(i).forEach((term, k) => {
      basis[k * places + i] = term;
      if (isBorder(i)) projection[i * 3 + k] = term / (squares[k] ?? 1);
    });
  }
  return {
    basis: constant({ dtype: "float32", shape: [3, places], data: basis }),
    projection: constant({ dtype: "float32", shape: [places, 3], data: projection }),
  };
}
