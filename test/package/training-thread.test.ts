import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { Random } from "../../src/base/random.ts";
import { train } from "../../src/node/index.ts";
import { buildRadar } from "../support/radar.ts";
import { repository } from "../support/repository.ts";
import { sheet } from "../support/sheets.ts";

beforeAll(buildRadar, 600_000);

test("a training in a thread tells what one here tells, in the same order, and makes the same file", async () => {
  const random = new Random(6);
  const pictures = Array.from({ length: 8 }, () => sheet(random, { width: 40, height: 40 }));
  const told = async (worker: boolean | string) => {
    const news: unknown[] = [];
    const { model } = await train(pictures, {
      method: "padim-lite",
      imageSize: 32,
      threads: 1,
      worker,
      onStage: (stage) => news.push(stage),
      onStageProgress: (progress) => news.push(progress),
    });
    return { news, model: Buffer.from(model) };
  };
  const here = await told(false);
  expect(here.news).toContainEqual({ done: 8, total: 8 });
  expect(await told(join(repository, "dist", "node", "worker.js"))).toEqual(here);
});
