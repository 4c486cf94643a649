import { expect, test } from "vitest";
import { boxMean, type Light, shade } from "./shading.ts";
import { blankSurface, type Surface } from "./surface.ts";

const fromLeft: Light = { azimuth: Math.PI, elevation: Math.PI / 4, distance: 1e6, lamp: 1, fill: 0 };

/** White, without gloss; 32 x 32 samples of 0.25 mm. */
function chalk(): Surface {
  const material = { highlight: [1, 1, 1], widthAlong: 0.3, widthAcross: 0.3, wrap: 0 } as const;
  const surface = blankSurface({ width: 16, height: 16 }, 8, material);
  surface.albedo.fill(1);
  surface.grain.forEach((_, i) => {
    surface.grain[i] = i % 2 === 0 ? 1 : 0;
  });
  return surface;
}

test("a flat white surface under a far lamp shines with the sine of the lamp's elevation, everywhere", () => {
  for (const value of shade(chalk(), fromLeft)) expect(value).toBeCloseTo(Math.sin(Math.PI / 4), 4);
});

test("a slope that faces the lamp is at its brightest, one that leans away by as much is dark", () => {
  const surface = chalk();
  surface.relief.forEach((_, i) => {
    surface.relief[i] = 0.25 * (i % 32); // rises to the right, 45 degrees, facing left
  });
  expect(shade(surface, fromLeft)[3 * (16 * 32 + 16)]).toBeCloseTo(1, 4);
  expect(shade(surface, { ...fromLeft, azimuth: 0 })[3 * (16 * 32 + 16)]).toBeCloseTo(0, 4);
});

test("a wall throws its shadow away from the lamp", () => {
  const surface = chalk();
  for (let row = 0; row < 32; row++) surface.relief[row * 32 + 10] = 1;
  const radiance = shade(surface, fromLeft);
  const lit = radiance[3 * (16 * 32 + 5)] ?? 0;
  expect(radiance[3 * (16 * 32 + 13)]).toBeLessThan(0.5 * lit);
  expect(radiance[3 * (16 * 32 + 20)]).toBeCloseTo(lit, 4);
});

test("a highlight is wider across the grain than along it", () => {
  const material = { highlight: [1, 1, 1], widthAlong: 0.1, widthAcross: 0.6, wrap: 0 } as const;
  const surface: Surface = { ...chalk(), material };
  surface.albedo.fill(0);
  surface.gloss.fill(1);
  const middle = 3 * (16 * 32 + 16);
  const lampAlong = shade(surface, fromLeft)[middle] ?? 0;
  const lampAcross = shade(surface, { ...fromLeft, azimuth: Math.PI / 2 })[middle] ?? 0;
  expect(lampAcross).toBeGreaterThan(10 * lampAlong);
});

test("boxMean averages over a square and repeats the border outwards", () => {
  const values = Float32Array.from([9, 0, 0, 0, 0, 0, 0, 0, 0]);
  // Corner: it stands for itself, for two border repeats in each row, and for the outer corner: 4 of 9.
  expect([...boxMean(values, 3, 3, 1)]).toEqual([4, 2, 0, 2, 1, 0, 0, 0, 0]);
});
