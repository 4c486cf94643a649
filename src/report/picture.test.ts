import { expect, test } from "vitest";
import type { RgbImage } from "../base/raster.ts";
import { type PictureSource, reportPicture, resultCaption, webpDataUri } from "./picture.ts";

const result = {
  path: "t/1.png",
  className: "crack",
  label: 1,
  score: 0.25,
  pValue: 0.5,
  isAnomalous: false,
};
const source: PictureSource = {
  result,
  image: { width: 4, height: 2, data: new Uint8Array(24).fill(100) },
  map: { width: 2, height: 1, data: new Float32Array(2) },
  mask: { width: 4, height: 2, data: new Uint8Array(8).fill(1) },
};
const scale = { maximum: 1, threshold: 0.5 };

test("a picture has image, heat map, overlay and true defect at the side asked for", async () => {
  const sizes: string[] = [];
  const encodeWebp = async ({ width, height }: RgbImage) => Uint8Array.of(sizes.push(`${width} x ${height}`));
  const picture = await reportPicture(source, { scale, encodeWebp, sidePx: 8 });
  expect(picture).toEqual({
    path: "t/1.png",
    className: "crack",
    caption: "score 0.25 \u00b7 p = 0.5 \u00b7 missed",
    panels: [
      { caption: "image", alt: "Photo t/1.png", dataUri: "data:image/webp;base64,AQ==" },
      { caption: "heat map", alt: "Anomaly map of t/1.png", dataUri: "data:image/webp;base64,Ag==" },
      { caption: "overlay", alt: "Anomaly map laid over t/1.png", dataUri: "data:image/webp;base64,Aw==" },
      {
        caption: "true defect",
        alt: "Outline of the true defect in t/1.png",
        dataUri: "data:image/webp;base64,BA==",
      },
    ],
  });
  expect(sizes).toEqual(new Array(4).fill("8 x 4"));
});

test("without a mask there is no panel of the true defect", async () => {
  const encodeWebp = async () => Uint8Array.of(1);
  const { panels } = await reportPicture({ ...source, mask: null }, { scale, encodeWebp });
  expect(panels.map(({ caption }) => caption)).toEqual(["image", "heat map", "overlay"]);
});

test("a side or a scale out of range is refused", async () => {
  const encodeWebp = async () => Uint8Array.of(1);
  await expect(reportPicture(source, { scale, encodeWebp, sidePx: 0 })).rejects.toThrow(
    "sidePx: expected an integer >= 1, got 0.",
  );
  await expect(reportPicture(source, { scale: { maximum: 0, threshold: 1 }, encodeWebp })).rejects.toThrow(
    "scaleMaximum: expected a finite number > 0, got 0.",
  );
});

test("the caption leaves out a p-value that there is not", () => {
  expect(resultCaption({ ...result, pValue: null, isAnomalous: true })).toBe("score 0.25 \u00b7 found");
});

test("bytes become base64, whatever their number", () => {
  expect(webpDataUri(Uint8Array.of(137, 80, 78))).toBe("data:image/webp;base64,iVBO");
  const long = Uint8Array.from({ length: 200_000 }, (_, i) => i % 256);
  expect(webpDataUri(long)).toBe(`data:image/webp;base64,${Buffer.from(long).toString("base64")}`);
});
