import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, test } from "vitest";
import { tiff } from "../../test/support/tiff.ts";
import { RadarError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import { decodeImage, decodeMask, encodePng, encodeWebp } from "./image-codec.ts";
import { imageFormat } from "./image-format.ts";

const raw = (values: number[], width: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Uint8Array.from(values), { raw: { width, height: values.length / width / channels, channels } });

const raw16 = (values: number[], width: number, channels: 1 | 2 | 3 | 4): Sharp =>
  sharp(Uint16Array.from(values), { raw: { width, height: values.length / width / channels, channels } });

const gray = (values: number[]): number[] => values.flatMap((value) => [value, value, value]);

async function pixels(bytes: Uint8Array): Promise<number[]> {
  return Array.from((await decodeImage(bytes, "a.png")).data);
}

async function mask(bytes: Uint8Array): Promise<number[]> {
  return Array.from((await decodeMask(bytes, "m.png")).data);
}

async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RadarError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "no error";
}

/** 64 x 48 noise: every format needs some thousand bytes for it. */
function noise(): Sharp {
  const random = new Random(3);
  const values = Array.from({ length: 64 * 48 * 3 }, () => random.integer(256));
  return raw(values, 64, 3);
}

/** A PNG with a colour profile, its values as they are. */
function withProfile(png: Buffer, profile: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from("iCCPp\0\0"), deflateSync(profile)]);
  const frame = Buffer.alloc(4 + content.length + 4);
  frame.writeUInt32BE(content.length - 4);
  content.copy(frame, 4);
  frame.writeUInt32BE(crc32(content), 4 + content.length);
  return Buffer.concat([png.subarray(0, 33), frame, png.subarray(33)]); // behind IHDR
}

const noiseFiles: Record<string, () => Promise<Buffer>> = {
  jpeg: () => noise().jpeg().toBuffer(),
  png: () => noise().png().toBuffer(),
  webp: () => noise().webp({ lossless: true }).toBuffer(),
  "tiff deflate": () => noise().tiff({ compression: "deflate" }).toBuffer(),
  "tiff none": () => noise().tiff({ compression: "none" }).toBuffer(),
  "tiff jpeg": () => noise().tiff({ compression: "jpeg" }).toBuffer(),
  gif: () => noise().gif().toBuffer(),
};

describe("decodeImage", () => {
  test.each(Object.keys(noiseFiles))("%s is read at its size", async (kind) => {
    const bytes = (await noiseFiles[kind]?.()) ?? Buffer.alloc(0);
    const image = await decodeImage(bytes, "a");
    expect([image.width, image.height, image.data.length]).toEqual([64, 48, 64 * 48 * 3]);
    expect(kind.startsWith(imageFormat(bytes) ?? "none")).toBe(true);
  });

  test.each(["png", "webp", "tiff deflate", "tiff none"])("%s keeps every value", async (kind) => {
    const expected = Array.from(await noise().raw().toBuffer());
    expect(await pixels((await noiseFiles[kind]?.()) ?? Buffer.alloc(0))).toEqual(expected);
  });

  test.each(Object.keys(noiseFiles))("a %s cut at any length is refused as E_IMAGE", async (kind) => {
    const bytes = (await noiseFiles[kind]?.()) ?? Buffer.alloc(0);
    for (const fraction of [0.005, 0.1, 0.5, 0.8, 0.95]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * fraction));
      expect(await failure(decodeImage(cut, "a.img"))).toMatch(/^E_IMAGE a\.img: expected /);
    }
  });

  test("a PNG with a changed byte is refused", async () => {
    const bytes = await noise().png().toBuffer();
    bytes[500] = (bytes[500] ?? 0) ^ 255;
    expect(await failure(decodeImage(bytes, "a.png"))).toMatch(
      /^E_IMAGE a\.png: expected a whole PNG image, got a damaged/,
    );
  });

  test("grey becomes three equal channels", async () => {
    expect(await pixels(await raw([0, 1, 128, 255], 2, 1).png().toBuffer())).toEqual(gray([0, 1, 128, 255]));
  });

  test("palette images become their colours", async () => {
    const colors = [255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255];
    expect(await pixels(await raw(colors, 2, 3).png({ palette: true }).toBuffer())).toEqual(colors);
    expect(await pixels(await raw(colors, 2, 3).gif().toBuffer())).toEqual(colors);
  });

  test("alpha is composited on black", async () => {
    const bytes = await raw([200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 51], 3, 4).png().toBuffer();
    expect(await pixels(bytes)).toEqual([200, 100, 50, 0, 0, 0, 40, 20, 10]);
    expect(await pixels(await raw([200, 255, 200, 0], 2, 2).png().toBuffer())).toEqual(gray([200, 0]));
  });

  test.each(["png", "tiff"] as const)("16-bit grey %s keeps the upper 8 bits", async (format) => {
    const values = [0, 255, 256, 4095, 32768, 65535];
    const bytes = await raw16(values, 3, 1)
      .toColourspace("grey16")
      .toFormat(format, { compression: "none" })
      .toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: "ushort", channels: 1 });
    expect(await pixels(bytes)).toEqual(gray([0, 0, 1, 15, 128, 255]));
  });

  test("16-bit RGB and RGBA keep the upper 8 bits", async () => {
    const rgb = await raw16([65535, 32768, 256, 0, 511, 65280], 2, 3).toColourspace("rgb16").png().toBuffer();
    expect(await pixels(rgb)).toEqual([255, 128, 1, 0, 1, 255]);
    const rgba = await raw16([65535, 32768, 0, 65535, 65535, 32768, 0, 0], 2, 4)
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect(await sharp(rgba).metadata()).toMatchObject({ depth: "ushort", channels: 4 });
    expect(await pixels(rgba)).toEqual([255, 128, 0, 0, 0, 0]);
  });

  test("CMYK becomes RGB: full black ink is darker than half of it, no ink is white", async () => {
    const image = raw(gray([255, 128, 0]), 3, 3).toColourspace("cmyk");
    const values = await pixels(await image.tiff({ compression: "none" }).toBuffer());
    expect(values.length).toBe(9);
    expect(Math.min(...values.slice(0, 3))).toBeGreaterThan(250);
    expect(Math.max(...values.slice(6))).toBeLessThan(64);
    for (const value of values.slice(3, 6)) expect(Math.abs(value - 128)).toBeLessThan(25);
  });

  test("EXIF orientation 6 turns the picture upright", async () => {
    const stored = raw(gray([10, 20, 30, 40, 50, 60]), 3, 3); // 3 x 2
    const bytes = await stored.withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(bytes, "a");
    expect([image.width, image.height]).toEqual([2, 3]);
    expect(Array.from(image.data)).toEqual(gray([40, 10, 50, 20, 60, 30]));
  });

  test("a BMP is read by its content", async () => {
    const bytes = Buffer.alloc(58);
    bytes.write("BM");
    for (const [at, value] of [
      [10, 54],
      [14, 40],
      [18, 1],
      [22, 1],
      [28, 24],
    ] as const)
      bytes.writeUInt32LE(value, at);
    bytes.set([3, 2, 1], 54);
    expect(await decodeImage(bytes, "a.png")).toEqual({
      width: 1,
      height: 1,
      data: Uint8Array.from([1, 2, 3]),
    });
    expect(await mask(bytes)).toEqual([1]);
  });

  test("an empty file, text and SVG are refused by name", async () => {
    expect(await failure(decodeImage(new Uint8Array(), "dir/a.png"))).toBe(
      "E_IMAGE dir/a.png: expected an image, got an empty file (0 bytes).",
    );
    for (const text of ["hello", "<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>"]) {
      expect(await failure(decodeImage(Buffer.from(text), "a.png"))).toBe(
        "E_IMAGE a.png: expected a JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF image, got a file that is none of these.",
      );
    }
  });

  test("a TIFF of five channels is refused by name", async () => {
    const bytes = tiff({
      width: 2,
      values: Array.from({ length: 20 }, (_, i) => i),
      channels: 5,
      photometric: 2,
    });
    expect(await failure(decodeImage(bytes, "five.tif"))).toBe(
      "E_IMAGE five.tif: expected grey, red-green-blue or CMYK, with at most one more channel, got 5 channels (srgb). Save those to inspect as a picture of their own.",
    );
  });

  test("a fourth channel is composited where the TIFF says that it is alpha, and left out where it does not", async () => {
    const values = [200, 100, 50, 51];
    const file = (extraSamples?: number): Buffer =>
      tiff({ width: 1, values, channels: 4, photometric: 2, extraSamples });
    expect(await pixels(file(2))).toEqual([40, 20, 10]);
    expect(await pixels(file(0))).toEqual([200, 100, 50]);
    expect(await pixels(file())).toEqual([200, 100, 50]);
    const gray = (extraSamples: number): Buffer =>
      tiff({ width: 1, values: [200, 0], channels: 2, photometric: 1, extraSamples });
    expect(await pixels(gray(0))).toEqual([200, 200, 200]);
    expect(await pixels(gray(2))).toEqual([0, 0, 0]);
  });

  test("values of 12 bits in 16 become the upper 8 of 12 where the rule says so; one above is refused with its place", async () => {
    const file = (values: number[]): Promise<Buffer> =>
      raw16(values, 3, 1).toColourspace("grey16").png().toBuffer();
    const depth = { bits: 12, floatWhite: 1 };
    const image = await decodeImage(await file([0, 16, 4095, 2048, 31, 15]), "a.png", depth);
    expect(Array.from(image.data)).toEqual(gray([0, 1, 255, 128, 1, 0]));
    expect(await failure(decodeImage(await file([0, 0, 0, 0, 4096, 0]), "a.png", depth))).toBe(
      "E_IMAGE a.png: expected 16-bit values from 0 to 4095, got 4096 at x = 1, y = 1. Pictures are learned from and scored by one rule: convert this one, or train with --bits.",
    );
  });

  test("floating-point TIFF, grey and colour, is scaled by its white; what is outside, and NaN, is refused by name", async () => {
    const file = (values: number[], channels: 1 | 3 = 1): Buffer =>
      tiff({
        width: values.length / channels,
        values,
        channels,
        photometric: channels === 1 ? 1 : 2,
        isFloat: true,
      });
    expect(await pixels(file([0, 0.5, 1]))).toEqual(gray([0, 128, 255]));
    expect(await pixels(file([0.25, 0.5, 1], 3))).toEqual([64, 128, 255]);
    const image = await decodeImage(file([0, 4095]), "a.tif", { bits: 12, floatWhite: 4095 });
    expect(Array.from(image.data)).toEqual(gray([0, 255]));
    expect(await failure(decodeImage(file([0, Number.NaN]), "a.tif"))).toBe(
      "E_IMAGE a.tif: expected floating-point values from 0 to 1, got NaN at x = 1, y = 0. Repair the picture.",
    );
    for (const value of [-0.1, 1.5, Infinity]) {
      expect(await failure(decodeImage(file([value]), "a.tif"))).toMatch(
        /^E_IMAGE a\.tif: expected floating-point values from 0 to 1, got /,
      );
    }
  });

  test("a colour profile changes 16 bits as it changes 8, and sRGB changes nothing", async () => {
    const values = Array.from({ length: 300 }, (_, i) => (i * 97) % 256);
    const profile = async (name: string): Promise<Buffer> =>
      (await sharp(await raw([0, 0, 0], 1, 3).withIccProfile(name).png().toBuffer()).metadata()).icc ??
      Buffer.alloc(0);
    const narrow = await raw(values, 10, 3).png().toBuffer();
    const wide = await raw16(
      values.map((value) => value * 257),
      10,
      3,
    )
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    const difference = (a: number[], b: number[]): number =>
      a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;
    const p3 = await pixels(withProfile(narrow, await profile("p3")));
    expect(difference(p3, values)).toBeGreaterThan(5);
    expect(difference(await pixels(withProfile(wide, await profile("p3"))), p3)).toBeLessThan(1);
    expect(difference(await pixels(withProfile(wide, await profile("srgb"))), values)).toBeLessThan(1);
  });

  test("AVIF is read; HEIC, which sharp's own libvips has no decoder of, is refused with what to do", async () => {
    const bytes = await noise().blur(3).avif({ quality: 90 }).toBuffer();
    expect(imageFormat(bytes)).toBe("avif");
    const image = await decodeImage(bytes, "a.avif");
    expect([image.width, image.height]).toEqual([64, 48]);
    const expected = await noise().blur(3).raw().toBuffer();
    const error = image.data.reduce((sum, value, i) => sum + Math.abs(value - (expected[i] ?? 0)), 0);
    expect(error / image.data.length).toBeLessThan(6);
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypheic"), Buffer.alloc(24)]);
    expect(await failure(decodeImage(heic, "IMG_1.HEIC"))).toMatch(
      /^E_IMAGE IMG_1\.HEIC: expected an image that can be read here, got HEIC, .*Convert it to JPEG or PNG/,
    );
  });

  test("signed, 32-bit and half-precision values are refused", async () => {
    for (const [bitsPerSample, sampleFormat] of [
      [16, 2],
      [32, 1],
      [16, 3],
    ] as const) {
      const bytes = tiff({ width: 1, values: [0], channels: 1, photometric: 1, bitsPerSample, sampleFormat });
      expect(await failure(decodeImage(bytes, "a.tif"))).toMatch(
        /^E_IMAGE a\.tif: expected 8 or 16 bits a channel without sign, or 32-bit float, got /,
      );
    }
  });

  test("a decompression bomb is refused from its header", async () => {
    const bomb = await raw([0], 1, 1).png().toBuffer();
    bomb.writeUInt32BE(20_000, 16); // width and height in IHDR, then its checksum
    bomb.writeUInt32BE(20_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    expect(await failure(decodeImage(bomb, "a.png"))).toBe(
      "E_IMAGE a.png: expected at most 268435456 pixels, got 20000 x 20000. Reduce or crop it first.",
    );
  });
});

describe("decodeMask", () => {
  test("any non-zero value is inside, down to 1 of 255 and 1 of 65535", async () => {
    expect(await mask(await raw([0, 1, 128, 255], 2, 1).png().toBuffer())).toEqual([0, 1, 1, 1]);
    const wide = await raw16([0, 1, 255, 65535], 2, 1).toColourspace("grey16").png().toBuffer();
    expect(await mask(wide)).toEqual([0, 1, 1, 1]);
  });

  test("a colour in any channel is inside", async () => {
    expect(await mask(await raw([0, 0, 0, 0, 0, 9, 128, 0, 0], 3, 3).png().toBuffer())).toEqual([0, 1, 1]);
  });

  test("a JPEG mask is cut at half, so that ringing stays outside", async () => {
    const values = Array.from({ length: 32 * 32 }, (_, i) => (i % 32 < 13 ? 255 : 0));
    const bytes = await raw(values, 32, 1).jpeg({ quality: 60 }).toBuffer();
    const decoded = Array.from((await sharp(bytes).greyscale().raw().toBuffer()).values());
    expect(decoded.some((value) => value > 0 && value < 128)).toBe(true);
    expect(await mask(bytes)).toEqual(values.map((value) => (value === 255 ? 1 : 0)));
  });

  test("a damaged mask is refused", async () => {
    expect(await failure(decodeMask(Buffer.from("no"), "m.png"))).toMatch(/^E_IMAGE m\.png: expected /);
  });
});

describe("encodePng", () => {
  test("decoding gives the picture back", async () => {
    const image = { width: 2, height: 1, data: Uint8Array.from([1, 2, 3, 250, 251, 252]) };
    expect(await decodeImage(await encodePng(image), "a")).toEqual(image);
  });

  test("data that does not fit the size is refused", async () => {
    expect(await failure(encodePng({ width: 2, height: 1, data: new Uint8Array(5) }))).toMatch(
      /^E_SHAPE image\.data/,
    );
  });
});

test("encodeWebp keeps a picture close to what it was, in a fifth of the bytes of a PNG", async () => {
  const side = 96;
  const random = new Random(4);
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    return 128 + 60 * Math.sin(x / 9) * Math.cos(y / 7) + 6 * random.normal();
  });
  const image = { width: side, height: side, data };
  const webp = await encodeWebp(image);
  const back = await decodeImage(webp, "a");
  const error = back.data.reduce((sum, value, i) => sum + Math.abs(value - (data[i] ?? 0)), 0) / data.length;
  expect(back).toMatchObject({ width: side, height: side });
  expect(error).toBeLessThan(8);
  expect(webp.length).toBeLessThan((await encodePng(image)).length / 5);
});
