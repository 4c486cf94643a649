/** A photo as large as cameras make them, scored in a process of its own. */
import { expect, test } from "vitest";
import { measureLargePhotos } from "../../bench/large-photo.ts";

test("a JPEG of 40 megapixels is scored within 700 MB", { timeout: 240_000 }, async () => {
  const [figures] = await measureLargePhotos([[7728, 5184]]);
  expect(figures?.megapixels).toBeCloseTo(40.06, 2);
  expect(figures?.peakBytes).toBeLessThan(700e6);
  expect(figures?.peakBytes).toBeGreaterThan(3 * 40e6); // the pixels alone
});
