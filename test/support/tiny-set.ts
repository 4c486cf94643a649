/** A rendered data set small enough to train on within a test. */
import { writeRenderedFolder } from "../../src/node/rendered-folder.ts";

/** Side of its images in pixels. */
export const tinySidePx = 40;

/** 12 good images to learn from; 3 good and 6 defective ones to measure with, with masks. */
export async function writeTinySet(folder: string): Promise<string> {
  const size = { width: tinySidePx, height: tinySidePx };
  await writeRenderedFolder(folder, { seed: 5, ...size, trainGood: 12, testGood: 3, testDefective: 6 });
  return folder;
}

/** Options of a training of `steps` steps that takes a second or two. */
export function tinyTraining(steps: number): string[] {
  const small = ["--preset", "fast", "--image-size", "32", "--batch-size", "2", "--threads", "1"];
  return [...small, "--steps", String(steps)];
}
