import { expect, test } from "vitest";
import { lyingPart } from "../../test/support/lying-parts.ts";
import { sheet } from "../../test/support/sheets.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { train } from "./train.ts";

const size = { width: 96, height: 72 };

/** Model files of the same pictures, with the part looked for and without. */
async function bothModels(pictures: readonly RgbImage[]) {
  const options = { method: "padim-lite", imageSize: 32, threads: 1 } as const;
  const reasons: string[] = [];
  const onStage = (stage: string) => stage.startsWith("pictures are taken") && reasons.push(stage);
  const auto = await train(pictures, { ...options, locate: "auto", onStage });
  const off = await train(pictures, { ...options, locate: "off" });
  return { auto: auto.model, off: off.model, reason: reasons.join() };
}

test("where parts lie still, what auto writes is byte for byte what off writes", async () => {
  const random = new Random(3);
  const lie = { x: 48, y: 36, turn: 0.4 };
  const { auto, off, reason } = await bothModels(
    Array.from({ length: 12 }, () => lyingPart(size, lie, { random })),
  );
  expect(reason).toMatch(/bringing the pictures into one pose leaves/); // it was tried
  expect(Buffer.compare(auto, off)).toBe(0);
});

test("where nothing stands out from a ground, too", async () => {
  const random = new Random(4);
  const { auto, off, reason } = await bothModels(
    Array.from({ length: 12 }, () => sheet(random, { width: 96, height: 80 })),
  );
  expect(reason).not.toBe("");
  expect(Buffer.compare(auto, off)).toBe(0);
});
