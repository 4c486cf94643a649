/** One folder with every kind of image file in every size: learned from and scored without a word. */
import sharp, { type Sharp } from "sharp";
import { expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyTraining } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const random = new Random(1);

/** Bytes of random grey levels. */
function noise(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => 96 + random.integer(64)));
}

function raw(width: number, height: number, channels: 1 | 3 | 4): Sharp {
  return sharp(noise(width * height * channels), { raw: { width, height, channels } });
}

/** A 24-bit BMP, bottom row first, rows padded to 4 bytes. */
function bmp(width: number, height: number): Buffer {
  const rowBytes = Math.ceil((3 * width) / 4) * 4;
  const header = Buffer.alloc(54);
  header.write("BM");
  header.writeUInt32LE(54 + rowBytes * height, 2);
  header.writeUInt32LE(54, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(width, 18);
  header.writeInt32LE(height, 22);
  header.writeUInt16LE(1, 26);
  header.writeUInt16LE(24, 28);
  return Buffer.concat([header, noise(rowBytes * height)]);
}

test("JPEG, PNG, WebP, TIFF, GIF and BMP; grey, RGB, RGBA and 16 bits; any size, smaller than the network's too", async () => {
  const wide = Uint16Array.from({ length: 30 * 34 }, () => 30_000 + random.integer(9000));
  const files: Record<string, Buffer> = {
    "rgb.jpg": await raw(40, 40, 3).jpeg().toBuffer(),
    "GREY.JPEG": await raw(64, 20, 1).jpeg().toBuffer(),
    "rgb.png": await raw(33, 47, 3).png().toBuffer(),
    "grey.png": await raw(40, 41, 1).toColourspace("b-w").png().toBuffer(),
    "rgba.png": await raw(50, 30, 4).png().toBuffer(),
    "palette.png": await raw(40, 40, 3).png({ palette: true }).toBuffer(),
    "wide.png": await sharp(wide, { raw: { width: 30, height: 34, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer(),
    "rgb.webp": await raw(40, 36, 3).webp().toBuffer(),
    "rgb.tiff": await raw(40, 44, 3).tiff().toBuffer(),
    "rgb.gif": await raw(40, 40, 3).gif().toBuffer(),
    "rgb.bmp": bmp(37, 40),
    "sub/tiny.png": await raw(19, 16, 3).png().toBuffer(),
  };
  for (const [name, bytes] of Object.entries(files)) folder.write(`mixed/${name}`, bytes);
  expect(await sharp(files["wide.png"]).metadata()).toMatchObject({ depth: "ushort", channels: 1 });

  const [data, model] = [folder.at("mixed"), folder.at("mixed.onnx")];
  const trained = await radar("train", data, "-o", model, ...tinyTraining(1), "--json");
  expect(trained.code, trained.stderr).toBe(0);
  expect(JSON.parse(trained.stdout).skipped).toEqual([]);
  const run = await radar("detect", model, data, "--json", "-o", folder.at("overlays"), "--threads", "1");
  expect(run.code, run.stderr).toBe(0);
  const { results, skipped } = JSON.parse(run.stdout);
  expect(skipped).toEqual([]);
  expect(results).toHaveLength(Object.keys(files).length);
  const maps = results.map(({ map }: { map: string }) => map);
  expect(new Set(maps).size).toBe(maps.length);
  expect(maps).toContain(folder.at("overlays", "rgb.jpg.png"));
});
