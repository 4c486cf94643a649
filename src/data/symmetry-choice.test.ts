import { existsSync, readdirSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import { applySymmetry, type Symmetry, symmetries } from "./symmetry.ts";
import { allowedSymmetries, symmetryEvidence } from "./symmetry-choice.ts";

const size = 24;

/** Images of one channel whose value is base(y, x) plus seeded noise of +- spread. */
function images(count: number, base: (y: number, x: number) => number, spread = 8): Uint8Array[] {
  const random = new Random(2);
  return Array.from({ length: count }, () =>
    Uint8Array.from({ length: size * size }, (_, i) => {
      return base(Math.floor(i / size), i % size) + (random.uniform() * 2 - 1) * spread;
    }),
  );
}

const middle = (size - 1) / 2;

describe("allowedSymmetries", () => {
  test("noise without structure allows all eight", () => {
    expect(
      allowedSymmetries(
        images(40, () => 128, 40),
        size,
        1,
      ),
    ).toEqual([...symmetries]);
  });

  test("a round object in the middle allows all eight", () => {
    const disc = images(40, (y, x) => (Math.hypot(y - middle, x - middle) < 8 ? 200 : 50));
    expect(allowedSymmetries(disc, size, 1)).toEqual([...symmetries]);
  });

  test("an object without symmetry allows only the identity", () => {
    const corner = images(40, (y, x) => (y < 10 && x < 5 ? 200 : 50));
    expect(allowedSymmetries(corner, size, 1)).toEqual(["identity"]);
  });

  test.each<[string, (y: number, x: number) => boolean, Symmetry[]]>([
    ["an upright bar", (_, x) => Math.abs(x - middle) < 4, ["identity", "flipX", "flipY", "rot180"]],
    ["a bar at the left", (_, x) => x < 6, ["identity", "flipY"]],
    ["a bar at the top", (y) => y < 6, ["identity", "flipX"]],
    ["a triangle at the diagonal", (y, x) => y + x < 12, ["identity", "transpose"]],
    ["the other triangle", (y, x) => y - x > 12, ["identity", "antitranspose"]],
    [
      "a stroke along the diagonal",
      (y, x) => Math.abs(y - x) < 4,
      ["identity", "rot180", "transpose", "antitranspose"],
    ],
    [
      "a letter Z",
      (y, x) => y < 4 || y > 19 || Math.abs(y - middle + (x - middle) / 2) < 3,
      ["identity", "rot180"],
    ],
    ["a pinwheel", pinwheel, ["identity", "rot90", "rot180", "rot270"]],
  ])("%s", (_, isObject, expected) => {
    const set = images(30, (y, x) => (isObject(y, x) ? 200 : 50));
    expect(allowedSymmetries(set, size, 1)).toEqual(expected);
  });

  test("a mark that all images share is seen although their brightness differs much", () => {
    const random = new Random(4);
    const set = images(60, () => 100, 2).map((image) => {
      const level = random.integer(60);
      return image.map((value, i) => value + level + (i % size < 3 && i < 4 * size ? 60 : 0));
    });
    const flip = symmetryEvidence(set, size, 1).find(({ symmetry }) => symmetry === "flipX");
    expect(flip?.medianDistance).toBeLessThan(flip?.ownDistanceP90 ?? 0);
    expect(flip?.medianGrowth).toBeGreaterThan(1.5);
    expect(allowedSymmetries(set, size, 1)).not.toContain("flipX");
  });

  test("large images are compared on a grid of 64, with the same outcome", () => {
    const large = images(12, (_, x) => (x < 6 ? 200 : 50)).map((image) => {
      const side = size * 4;
      return Uint8Array.from({ length: side * side }, (_, i) => {
        return image[Math.floor(i / side / 4) * size + Math.floor((i % side) / 4)] ?? 0;
      });
    });
    expect(allowedSymmetries(large, size * 4, 1)).toEqual(["identity", "flipY"]);
  });

  test("with one image or none nothing can be said: only the identity", () => {
    expect(allowedSymmetries([], size, 1)).toEqual(["identity"]);
    expect(
      allowedSymmetries(
        images(1, () => 9),
        size,
        1,
      ),
    ).toEqual(["identity"]);
  });

  test("what fits one symmetry fits its inverse: the result is closed under composition", () => {
    const allowed = allowedSymmetries(
      images(30, (y, x) => (pinwheel(y, x) ? 200 : 50)),
      size,
      1,
    );
    const [image = new Uint8Array()] = images(1, (y, x) => y * 9 + x);
    const results = new Set(allowed.map((symmetry) => applySymmetry(symmetry, image, size, 1).join()));
    for (const first of allowed) {
      for (const second of allowed) {
        expect(results).toContain(
          applySymmetry(second, applySymmetry(first, image, size, 1), size, 1).join(),
        );
      }
    }
  });

  test("an image of another size is refused", () => {
    expect(() => allowedSymmetries([new Uint8Array(5)], size, 1)).toThrow(
      /expected 576 values in every image/,
    );
  });
});

/** Four blades, each a quarter turn from the last. */
function pinwheel(y: number, x: number): boolean {
  const [v, u] = [y - middle, x - middle];
  const blade = (a: number, b: number): boolean => a > 0 && a < 10 && b > 0 && b < 4;
  return blade(u, v) || blade(-v, u) || blade(-u, -v) || blade(v, -u);
}

const realSets = "../shared/data";

/** The first good images of a real set, [3, 128, 128] each. */
async function realImages(set: string, count: number): Promise<Uint8Array[]> {
  const folder = `${realSets}/${set}/train/good`;
  const files = readdirSync(folder).sort().slice(0, count);
  return Promise.all(
    files.map(async (file) => {
      const picture = sharp(`${folder}/${file}`)
        .resize(128, 128, { fit: "fill" })
        .toColourspace("srgb")
        .removeAlpha();
      const pixels = await picture.raw().toBuffer();
      return Uint8Array.from(
        { length: pixels.length },
        (_, i) => pixels[(i % 128 ** 2) * 3 + Math.floor(i / 128 ** 2)] ?? 0,
      );
    }),
  );
}

describe.skipIf(!existsSync(realSets))("on real sets (skipped where the images are absent)", () => {
  test.each<[string, readonly Symmetry[]]>([
    ["tile_patches", symmetries],
    ["magnetic_tile", ["identity", "flipX", "flipY", "rot180"]],
    ["mvtec_pill", ["identity"]],
    ["powderbed", ["identity"]],
  ])("%s", async (set, expected) => {
    expect(allowedSymmetries(await realImages(set, 100), 128, 3)).toEqual(expected);
  });
});
