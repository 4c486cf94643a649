import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { lyingPart, randomLie } from "../../test/support/lying-parts.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { Random } from "../base/random.ts";
import { train } from "./train.ts";

const folder = temporaryFolder();
const size = { width: 96, height: 72 };
const options = { method: "padim-lite", imageSize: 32, threads: 1 } as const;

function parts(isStill: boolean) {
  const random = new Random(7);
  const lie = { x: 48, y: 36, turn: 0.4 };
  return Array.from({ length: 12 }, (_, i) =>
    lyingPart(size, isStill ? lie : randomLie(random, size), {
      random,
      ...(i === 5 && { mark: [-0.2, 0] as const }),
    }),
  );
}

test("a training's report shows the mean part before and after it is brought together, regions, threshold and loss", async () => {
  const report = folder.at("located.html");
  const { description, odd } = await train(parts(false), {
    ...options,
    report,
    command: "radar train parts",
    regions: [{ name: "middle", x: 20, y: 20, width: 56, height: 32 }],
  });
  const page = readFileSync(report, "utf8");
  expect(page).toMatch(/The part is found in each picture and turned upright: in one pose/);
  for (const text of ["as they lie", "The same in one pose", "Mean part that is read", "(middle)"]) {
    expect(page).toContain(text);
  }
  expect(page).toContain("radar train parts");
  expect(page).toContain(String(Number(description.calibration.threshold.toPrecision(4))));
  expect(page).not.toContain('id="loss"'); // nothing is trained step by step
  expect(page.includes("Like none of the others")).toBe(odd.length > 0);
  expect(page.length).toBeLessThan(120_000);
});

test("where the part is not looked for first, the report says why; one of a network has its loss", async () => {
  const report = folder.at("still.html");
  await train(parts(true), { ...options, method: "vae", length: { steps: 4 }, report });
  const page = readFileSync(report, "utf8");
  expect(page).toMatch(/Pictures are taken as they lie: bringing the pictures into one pose leaves \d+ % of/);
  expect(page).toContain("Mean of the good pictures as they lie");
  expect(page).toContain('id="loss"');
});

test("a report replaces no file but a report, before anything is read", async () => {
  const path = await folder.write("photo.html", "mine");
  const training = train(parts(true), { ...options, report: path });
  await expect(training).rejects.toMatchObject({ code: "E_FILE" });
});
