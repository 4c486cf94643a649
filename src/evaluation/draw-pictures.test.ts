import { expect, test } from "vitest";
import { FakeDetector, fakeDescription } from "../../test/support/fake-detector.ts";
import type { RgbImage } from "../base/raster.ts";
import { colorAt } from "../report/color-map.ts";
import { contourColor, outlineColor } from "../report/overlay.ts";
import type { ReportImage } from "../report/report-input.ts";
import { drawPictures } from "./draw-pictures.ts";

/** Five images of 8 x 8: the score is the level of grey over 100. */
const results: readonly ReportImage[] = [
  ["good/a", 0, 30],
  ["good/b", 0, 80],
  ["crack/c", 1, 20],
  ["crack/d", 1, 90],
  ["crack/e", 1, 70],
].map(([path, label, grey]) => ({
  path: String(path),
  className: String(path).split("/")[0] ?? "",
  label: Number(label),
  score: Number(grey) / 100,
  pValue: null,
  isAnomalous: Number(grey) > 50,
}));

function imageOf(path: string): RgbImage {
  const score = results.find((result) => result.path === path)?.score ?? 0;
  return { width: 8, height: 8, data: new Uint8Array(192).fill(Math.round(100 * score)) };
}

function detectorOf(): FakeDetector {
  return new FakeDetector((image) => {
    const score = (image.data[0] ?? 0) / 100;
    return { score, map: { width: 1, height: 1, data: Float32Array.of(score) } };
  });
}

/** Draws with an encoder that keeps what it is given and answers with its number. */
async function draw(options: { worst?: number; perClass?: number; sidePx?: number } = {}) {
  const detector = detectorOf();
  const panels: RgbImage[] = [];
  const read: string[] = [];
  const pictures = await drawPictures(detector, results, {
    readImage: async (path) => {
      read.push(path);
      return { image: imageOf(path), mask: { width: 8, height: 8, data: new Uint8Array(64).fill(1) } };
    },
    encodeWebp: async (image) => Uint8Array.of(panels.push(image)),
    ...options,
  });
  return { pictures, panels, read, detector };
}

function pathsOf(pictures: readonly { readonly path: string }[]): string[] {
  return pictures.map((picture) => picture.path);
}

test("the worst come first, the gallery goes from low to high score", async () => {
  const { pictures } = await draw({ worst: 2, perClass: 3 });
  expect(pathsOf(pictures.falseAlarms)).toEqual(["good/b", "good/a"]);
  expect(pathsOf(pictures.misses)).toEqual(["crack/c", "crack/e"]);
  expect(pathsOf(pictures.gallery)).toEqual(["good/a", "good/b", "crack/c", "crack/e", "crack/d"]);
});

test("each chosen image is read and scored once, whatever it serves for", async () => {
  const { read, detector } = await draw();
  expect(read.toSorted()).toEqual(["crack/c", "crack/d", "crack/e", "good/a", "good/b"]);
  expect(detector.calls).toBe(5);
  const few = await draw({ worst: 1, perClass: 0 });
  expect(few.read).toEqual(["good/b", "crack/c"]);
});

test("a picture has image, heat map and overlay, and with a defect its outline", async () => {
  const { pictures } = await draw({ worst: 1, perClass: 0 });
  const captions = [pictures.falseAlarms, pictures.misses].map((group) =>
    group[0]?.panels.map((panel) => panel.caption),
  );
  expect(captions).toEqual([
    ["image", "heat map", "overlay"],
    ["image", "heat map", "overlay", "true defect"],
  ]);
  expect(pictures.falseAlarms[0]).toMatchObject({ caption: "score 0.8 · false alarm", className: "good" });
  expect(pictures.falseAlarms[0]?.panels[0]).toEqual({
    caption: "image",
    alt: "Photo good/b",
    dataUri: "data:image/webp;base64,AQ==",
  });
});

test("heat map and contour follow the detector's absolute scale", async () => {
  const { panels } = await draw({ worst: 1, perClass: 0, sidePx: 8 });
  const [, heat, over, , missedHeat, missedOver, truth] = panels; // good/b 0.8, then crack/c 0.2
  const corner = (image?: RgbImage) => Array.from(image?.data.subarray(0, 3) ?? []);
  const { mapMaximum, pixelThreshold } = fakeDescription.calibration;
  expect([mapMaximum, pixelThreshold]).toEqual([1, 0.6]);
  expect(corner(heat)).toEqual([...colorAt(0.8)]);
  expect(corner(missedHeat)).toEqual([...colorAt(0.2)]);
  expect(corner(over)).toEqual([...contourColor]); // 0.8 > 0.6: the whole image is marked, its border drawn
  expect(corner(missedOver)).not.toEqual([...contourColor]);
  expect(corner(truth)).toEqual([...outlineColor]);
});

test("panels fit the side asked for", async () => {
  const { panels } = await draw({ worst: 1, perClass: 0, sidePx: 5 });
  expect(panels.map(({ width, height }) => [width, height])).toEqual(new Array(7).fill([5, 5]));
});

test("a negative count is refused", async () => {
  await expect(draw({ worst: -1 })).rejects.toThrow(
    expect.objectContaining({ code: "E_OPTION", message: "worst: expected an integer >= 0, got -1." }),
  );
});
