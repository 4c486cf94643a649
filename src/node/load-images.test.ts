import { beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { encodePng } from "./image-codec.ts";
import { concurrentImages, loadImages } from "./load-images.ts";

const folder = temporaryFolder();
const good: string[] = [];
beforeAll(async () => {
  for (let i = 0; i < 20; i++) {
    good.push(
      folder.write(`${i}.png`, await encodePng({ width: 1, height: 1, data: Uint8Array.from([i, 0, 0]) })),
    );
  }
});

const red = (image: { data: Uint8Array }): number => image.data[0] ?? -1;

test("results come in the order of the paths, even when later images are done first", async () => {
  const transform = async (image: { data: Uint8Array }): Promise<number> => {
    const value = red(image);
    for (let turn = 0; turn < (value % 2 === 0 ? 50 : 0); turn++) await Promise.resolve();
    return value;
  };
  const { images, skipped } = await loadImages(good, { transform });
  expect(images.map(({ image }) => image)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(images.map(({ path }) => path)).toEqual(good);
  expect(skipped).toEqual([]);
});

test("up to a tenth of unreadable files is left out and listed with reasons", async () => {
  const empty = folder.write("empty.png", "");
  const paths = [folder.at("missing.png"), ...good.slice(0, 18), empty];
  const { images, skipped } = await loadImages(paths, { transform: red });
  expect(images).toHaveLength(18);
  expect(skipped).toEqual([
    { path: folder.at("missing.png"), reason: "cannot read it: there is no such file or folder (ENOENT)." },
    { path: empty, reason: "expected an image, got an empty file (0 bytes)." },
  ]);
});

test("more than a tenth is refused, with the count and the first few", async () => {
  const missing = Array.from({ length: 7 }, (_, i) => folder.at(`missing-${i}.png`));
  const loading = loadImages([...good, ...missing], { transform: red });
  await expect(loading).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringMatching(
      /^images: expected files that can be read \(at most 10 % may fail\), got 7 of 27 that cannot\. Repair or remove them:\n {2}.*missing-0\.png: cannot read it: [^\n]*(\n {2}[^\n]*){4}\n {2}and 2 more$/,
    ),
  });
  const { skipped } = await loadImages([...good, ...missing], { transform: red, maxBadFraction: 0.3 });
  expect(skipped).toHaveLength(7);
});

test("none readable is refused, whatever is tolerated", async () => {
  const loading = loadImages([folder.at("missing.png")], { transform: red, maxBadFraction: 1 });
  await expect(loading).rejects.toMatchObject({
    code: "E_DATA",
    message: expect.stringContaining("got 1 of 1 that cannot"),
  });
  await expect(loadImages([], { transform: red })).rejects.toMatchObject({ code: "E_DATA" });
});

test("no more than two whole images are in work at a time", async () => {
  let begun = 0;
  let inWork = 0;
  let most = 0;
  const transform = async (): Promise<null> => {
    begun++;
    most = Math.max(most, ++inWork);
    // The first waits for a second one, so that they do meet however slow the decoding is.
    while (most < concurrentImages && begun < good.length) await new Promise((go) => setTimeout(go, 1));
    await new Promise((go) => setTimeout(go, 1)); // and a third one, if there were one, would be seen
    inWork--;
    return null;
  };
  await loadImages(good, { transform });
  expect(most).toBe(concurrentImages);
});

test("progress counts every file once, to the end", async () => {
  const seen: string[] = [];
  await loadImages([...good, folder.at("missing.png")], {
    transform: red,
    onProgress: (done, total) => seen.push(`${done}/${total}`),
  });
  expect(seen).toEqual(Array.from({ length: 21 }, (_, i) => `${i + 1}/21`));
});

test("an abort signal stops it", async () => {
  const stop = new AbortController();
  let calls = 0;
  const transform = (): void => {
    if (++calls === 3) stop.abort();
  };
  await expect(loadImages(good, { transform, signal: stop.signal })).rejects.toMatchObject({
    code: "E_ABORTED",
  });
  expect(calls).toBeLessThan(3 + concurrentImages);
});

test("an error of the transform is passed on and stops the reading", async () => {
  let calls = 0;
  const transform = (): never => {
    calls++;
    throw new RangeError("mine");
  };
  await expect(loadImages(good, { transform })).rejects.toThrow("mine");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toBeLessThanOrEqual(concurrentImages);
});

test("a share outside [0, 1] is refused", async () => {
  await expect(loadImages(good, { transform: red, maxBadFraction: 2 })).rejects.toMatchObject({
    code: "E_OPTION",
  });
});

test("images smaller than asked for are left out with their size, and too many of them stop it", async () => {
  const wide = await encodePng({ width: 9, height: 4, data: new Uint8Array(9 * 4 * 3) });
  const large = folder.write("large.png", wide);
  const paths = [...Array.from({ length: 19 }, () => large), good[0] ?? ""];
  const { images, skipped } = await loadImages(paths, { transform: red, smallestSidePx: 4 });
  expect(images).toHaveLength(19);
  expect(skipped).toEqual([
    { path: good[0], reason: "expected at least 4 x 4 pixels, one patch, got 1 x 1." },
  ]);
  await expect(loadImages(paths, { transform: red, smallestSidePx: 5 })).rejects.toThrow(
    /got 20 of 20 that cannot.*\n {2}.*large\.png: expected at least 5 x 5 pixels, one patch, got 9 x 4\.\n/,
  );
});
