import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { FakeDetector } from "../../test/support/fake-detector.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { RgbImage } from "../base/raster.ts";
import { encodePng } from "./image-codec.ts";
import type { Picture } from "./picture.ts";
import { pictureDetector } from "./picture-detector.ts";

const folder = temporaryFolder();
const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
const png = await encodePng(image);
const path = folder.write("a.png", png);
const map = { width: 1, height: 1, data: Float32Array.of(0) };
const fake = new FakeDetector(({ data }) => ({ score: data[0] ?? 0, map }));
const detector = pictureDetector(fake);

test.each<[string, Picture]>([
  ["a path", path],
  ["a URL", pathToFileURL(path)],
  ["the bytes of a file", png],
  ["a Buffer", Buffer.from(png)],
  ["an ArrayBuffer", png.slice().buffer],
  ["a picture", image],
  ["a frame", { width: 2, height: 1, format: "bgr", data: Uint8ClampedArray.of(3, 2, 1, 6, 5, 4) }],
])("a detector takes %s", async (_name, picture) => {
  const one = await detector.detectOne(picture);
  expect(one.anomalyScore).toBe(1);
  expect(await detector.detect([picture, image])).toEqual([one, one]);
});

test("a frame may be written over as soon as the call is made", async () => {
  const frame = { ...image, data: image.data.slice() };
  const calls = [detector.detectOne(frame), detector.detect([frame])];
  frame.data.fill(9);
  const [one, several] = await Promise.all(calls);
  expect([one, several]).toMatchObject([{ anomalyScore: 1 }, [{ anomalyScore: 1 }]]);
});

test.each<[string, unknown, string, string]>([
  ["a missing file", folder.at("none.png"), "E_FILE", "none.png: cannot read it"],
  ["a file of something else", Uint8Array.of(1, 2, 3), "E_IMAGE", "image: expected a JPEG, PNG"],
  ["nothing", undefined, "E_OPTION", "image: expected a path, a file: URL, a Uint8Array or an ArrayBuffer"],
  [
    "an empty object",
    {},
    "E_DTYPE",
    "image.data: expected bytes (Uint8Array or Uint8ClampedArray), got undefined",
  ],
])("%s is refused", async (_name, picture, code, message) => {
  await expect(detector.detectOne(picture as Picture)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test("options that it has not are refused, and a text where a list belongs", async () => {
  const wrong: object = { sinal: new AbortController().signal };
  await expect(detector.detectOne(image, wrong)).rejects.toThrow(
    'detectOne: expected options that it has, got "sinal". Did you mean signal?',
  );
  await expect(detector.detect([image], wrong)).rejects.toThrow("detect: expected options that it has");
  const text: unknown = path;
  await expect(detector.detect(text as readonly Picture[])).rejects.toThrow(
    "images: expected a list of pictures",
  );
  const stopped = { signal: AbortSignal.abort("enough") };
  await expect(detector.detectOne(path, stopped)).rejects.toMatchObject({
    code: "E_ABORTED",
    cause: "enough",
  });
});
