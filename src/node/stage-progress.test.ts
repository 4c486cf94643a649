import { expect, test } from "vitest";
import { sheet } from "../../test/support/sheets.ts";
import { Random } from "../base/random.ts";
import { usualDisturbances } from "../data/index.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";

const random = new Random(5);
const pictures = Array.from({ length: 24 }, () => sheet(random, { width: 40, height: 40 }));

/** What is told between stages: each with how often it counted, the last count and the total. */
async function told(options: TrainOptions) {
  const stages: { stage: string; counts: number[]; totals: Set<number> }[] = [];
  const { description } = await train(pictures, {
    ...options,
    imageSize: 32,
    threads: 1,
    onStage: (stage) => stages.push({ stage, counts: [], totals: new Set() }),
    onStageProgress: ({ done, total }) => {
      stages.at(-1)?.counts.push(done);
      stages.at(-1)?.totals.add(total);
    },
  });
  const { images: learned } = description.training;
  const heldOut = description.calibration.images;
  return { stages: stages.filter(({ counts }) => counts.length > 0), learned, heldOut };
}

const upTo = (total: number) => Array.from({ length: total }, (_, i) => i + 1);

test("a stage that goes through pictures tells of each, up to its total", async () => {
  const { stages, learned, heldOut } = await told({ method: "padim-lite" });
  expect(stages.map(({ stage }) => stage.replace(/ on .*/, ""))).toEqual(["training", "calibrating"]);
  const totals = [learned, learned + heldOut]; // fitting; standardising places, and the only map of the held-out ones
  expect(stages.map(({ counts }) => counts)).toEqual(totals.map(upTo));
  expect(stages.map((stage) => [...stage.totals])).toEqual(totals.map((total) => [total]));
});

test("so does RADAR, with disturbed copies and several maps", async () => {
  const options = { preset: "fast", length: { steps: 1 } } as const;
  const { stages, learned, heldOut } = await told(options);
  expect(stages.map(({ stage }) => stage)).toEqual(["fitting the score", "calibrating"]);
  const scored = 2 * heldOut; // to scale the maps, and the map they become
  const copies = 2 * heldOut + usualDisturbances.length * heldOut; // to scale the maps, and for the threshold
  const totals = [2 * learned, learned + scored + copies];
  expect(stages.map(({ counts }) => counts)).toEqual(totals.map(upTo));
});
