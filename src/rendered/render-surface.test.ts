import { describe, expect, test } from "vitest";
import { Random } from "../base/random.ts";
import type { DefectMask } from "../base/raster.ts";
import { type RenderedSurface, renderSurface } from "./render-surface.ts";
import {
  type DefectName,
  defectNames,
  type LookName,
  lookNames,
  type SurfaceKind,
  surfaceKinds,
} from "./surface-kinds.ts";

const size = { width: 64, height: 64 };
const seeds = [1, 2, 3, 4, 5, 6];
const classes = surfaceKinds.flatMap((kind) => defectNames(kind).map((defect) => ({ kind, defect })));

function render(
  kind: SurfaceKind,
  defect: DefectName | null,
  seed: number,
  look?: LookName,
): RenderedSurface {
  return renderSurface({ kind, defect, random: new Random(seed), ...size, ...(look && { look }) });
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

/** Whether a pixel of the mask lies within `reach` pixels of (x, y), in either axis. */
function isNear(mask: DefectMask, x: number, y: number, reach: number): boolean {
  for (let row = Math.max(0, y - reach); row <= Math.min(mask.height - 1, y + reach); row++) {
    const from = row * mask.width + Math.max(0, x - reach);
    const to = row * mask.width + Math.min(mask.width - 1, x + reach);
    if (mask.data.subarray(from, to + 1).some((value) => value > 0)) return true;
  }
  return false;
}

describe("same seed, same bytes", () => {
  test.each([
    { kind: "print", defect: "blob", look: "orange", image: 1593656723, mask: 1378334175 },
    { kind: "machined", defect: "scratch", look: "turned", image: 32613249, mask: 3435806302 },
  ] as const)("$look $kind with $defect", ({ kind, defect, look, ...expected }) => {
    const first = render(kind, defect, 7, look);
    expect(render(kind, defect, 7, look)).toEqual(first);
    expect({ image: hash(first.image.data), mask: hash(first.mask.data) }).toEqual(expected);
  });
});

test("another seed gives another picture", () => {
  expect(render("print", null, 1).image.data).not.toEqual(render("print", null, 2).image.data);
});

test("rendering moves the caller's random by one number, with and without a defect", () => {
  const after = new Random(5);
  after.nextUint32();
  for (const defect of [null, "gap"] as const) {
    const random = new Random(5);
    renderSurface({ kind: "print", defect, random, ...size });
    expect(random.state()).toEqual(after.state());
  }
});

test.each(surfaceKinds.flatMap((kind) => lookNames(kind).map((look) => ({ kind, look }))))(
  "a sound $look $kind has an empty mask, contrast, and next to no pixel that is black or burnt out",
  ({ kind, look }) => {
    const { image, mask } = render(kind, null, 3, look);
    expect(mask).toEqual({ ...size, data: new Uint8Array(64 * 64) });
    expect(image).toMatchObject(size);
    expect(image.data).toHaveLength(64 * 64 * 3);
    const mean = image.data.reduce((sum, value) => sum + value, 0) / image.data.length;
    const green = image.data.filter((_, i) => i % 3 === 1);
    const greenMean = green.reduce((sum, value) => sum + value, 0) / green.length;
    const variance = green.reduce((sum, value) => sum + (value - greenMean) ** 2, 0) / green.length;
    expect(mean).toBeGreaterThan(50);
    expect(mean).toBeLessThan(200);
    expect(Math.sqrt(variance)).toBeGreaterThan(8);
    expect(image.data.filter((value) => value === 0 || value === 255).length).toBeLessThan(
      0.01 * 64 * 64 * 3,
    );
  },
);

describe.each(classes)("$kind with $defect", ({ kind, defect }) => {
  const pairs = seeds.map((seed) => ({
    sound: render(kind, null, seed),
    broken: render(kind, defect, seed),
  }));

  test("has a mask of 0 and 255 that covers some pixels and never most of them", () => {
    for (const { broken } of pairs) {
      expect([...new Set(broken.mask.data)].sort()).toEqual([0, 255]);
      const share = broken.mask.data.filter((value) => value > 0).length / (64 * 64);
      expect(share).toBeLessThan(0.4);
    }
  });

  test("differs from the sound rendering inside the mask, always", () => {
    for (const { sound, broken } of pairs) {
      let sum = 0;
      let count = 0;
      sound.image.data.forEach((value, i) => {
        if (broken.mask.data[Math.floor(i / 3)] === 0) return;
        sum += Math.abs(value - (broken.image.data[i] ?? 0));
        count++;
      });
      expect(sum / count).toBeGreaterThan(3);
    }
  });

  test("is the sound rendering, to one level, at 1 mm from the mask", () => {
    for (const { sound, broken } of pairs) {
      let largest = 0;
      for (let y = 0; y < 64; y++) {
        for (let x = 0; x < 64; x++) {
          if (isNear(broken.mask, x, y, 8)) continue;
          for (let i = 3 * (64 * y + x); i < 3 * (64 * y + x) + 3; i++)
            largest = Math.max(largest, Math.abs((sound.image.data[i] ?? 0) - (broken.image.data[i] ?? 0)));
        }
      }
      expect(largest).toBeLessThanOrEqual(1);
    }
  });
});

test("defects of one class vary in size by a factor of three and more", () => {
  for (const { kind, defect } of classes) {
    const areas = Array.from({ length: 20 }, (_, i) => i).map(
      (seed) => render(kind, defect, seed).mask.data.filter((value) => value > 0).length,
    );
    expect(Math.max(...areas) / Math.min(...areas), defect).toBeGreaterThan(3);
  }
});

test("pictures need not be square", () => {
  const { image, mask } = renderSurface({
    ...{ kind: "print", defect: "gap", width: 96, height: 40, random: new Random(1) },
  });
  expect([image.width, image.height, image.data.length]).toEqual([96, 40, 96 * 40 * 3]);
  expect(mask.data.some((value) => value > 0)).toBe(true);
});

test("renderSurface refuses sizes out of range, and defects and looks of the other kind", () => {
  const good = { kind: "print", defect: null, random: new Random(0), ...size } as const;
  const refusal = (message: string) => expect.objectContaining({ code: "E_OPTION", message });
  expect(() => renderSurface({ ...good, width: 31 })).toThrow(
    refusal("width: expected an integer >= 32 and <= 2048, got 31."),
  );
  expect(() => renderSurface({ ...good, height: 64.5 })).toThrow(
    refusal("height: expected an integer >= 32 and <= 2048, got 64.5."),
  );
  expect(() => renderSurface({ ...good, defect: "dent" })).toThrow(
    refusal(
      'defect: expected one of "under_extrusion", "blob", "stringing", "gap", "foreign_particle", "scorch", got "dent" (string).',
    ),
  );
  expect(() => renderSurface({ ...good, kind: "machined", look: "orange" })).toThrow(
    refusal('look: expected one of "milled", "brushed", "turned", got "orange" (string).'),
  );
});
