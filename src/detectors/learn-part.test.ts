import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lie, lyingPart, partLength, placeOf, randomLie } from "../../test/support/lying-parts.ts";
import { Random } from "../base/random.ts";
import type { RgbImage } from "../base/raster.ts";
import { pictureMap } from "../features/part-frame.ts";
import { locatePart } from "../features/part-pose.ts";
import { buildGraph, reduceMean, scalar, sub } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Session } from "../runtime/backend.ts";
import { nodeBackend } from "../runtime/node.ts";
import { type PartStudy, searchSize, studyPart } from "./learn-part.ts";
import { partFaultOf } from "./part-fault.ts";
import { partRatios } from "./part-limits.ts";
import { type FoundPart, imageInput, imagePlanes, partPixels } from "./preprocess.ts";
import { stackPictures } from "./run-detector.ts";

const backend = nodeBackend({ threads: 1 });
const random = new Random(11);
const side = 128;

/** Pictures at the size of the search, so that nothing has to be shrunk. */
function pictures(aspect: number, lies: readonly (Lie | null)[]): RgbImage[] {
  return lies.map((lie) => lyingPart(searchSize(aspect), lie, { random }));
}

function lies(count: number, aspect: number): Lie[] {
  return Array.from({ length: count }, () => randomLie(random, searchSize(aspect)));
}

const sessions = new Map<FoundPart, Promise<Session>>();

/** The graph of a found part. */
async function open({ model, limits }: FoundPart): Promise<Session> {
  const image = imageInput();
  const found = partPixels(image, side, model);
  const { pixels, pose, misfit } = found;
  const dark = sub(scalar(255), reduceMean(pixels, { axes: [1] })); // dark places of the frame are high in its map
  const map = pictureMap(dark, pose, model, { width: side, height: side });
  const outputs = { pixels, pose, misfit, map, ratios: partRatios(found, limits) };
  return backend.load(encodeModel(buildGraph({ name: "test", inputs: [image], outputs })));
}

/** What it makes of one picture of any size. */
async function located(picture: RgbImage, part: FoundPart) {
  const session = sessions.get(part) ?? open(part);
  sessions.set(part, session);
  const found = await (await session).run({ image: stackPictures([picture]) });
  const numbers = (name: string) => Array.from(found[name]?.data ?? [], Number);
  return {
    pose: numbers("pose"),
    misfit: numbers("misfit")[0] ?? Number.NaN,
    map: numbers("map"),
    pixels: numbers("pixels"),
    fault: partFaultOf(numbers("ratios")),
  };
}

afterAll(async () => {
  for (const session of sessions.values()) await (await session).dispose();
});

describe.each([1, 0.75, 1.4])("a part that lies anyhow in pictures %s times as high as wide", (aspect) => {
  let study: PartStudy;

  beforeAll(async () => {
    study = await studyPart(pictures(aspect, lies(24, aspect)), aspect, { backend });
  });

  test("is seen: one pose leaves little of the spread", () => {
    expect(study.part).not.toBeNull();
    expect(study.part?.model.turns).toBe(true);
    expect(study.spreadLeft).toBeLessThan(0.2);
    expect(study.reason).toMatch(/^in one pose the pictures have \d+ % of their spread$/);
  });

  test("is what is looked at of its frame, with as much room around it as the frame has", () => {
    const { width = 0, height = 0, data = new Uint8Array() } = study.area ?? {};
    expect([width, height]).toEqual([48, 48]);
    const { frame = 0 } = study.part?.model ?? {};
    const length = partLength({ width: 1, height: aspect }) / frame; // of the part, in frames
    const column = (place: number) => Array.from({ length: 48 }, (_, row) => data[row * 48 + place]);
    const high = column(24).filter((looked) => looked === 1).length / 48;
    expect(high).toBeGreaterThan(0.12 * length); // as thick as the part is in its middle, with room on both sides
    expect(high).toBeLessThan(0.26 * length + 0.2);
    expect(data[24 * 48 + 24]).toBe(1);
    expect([data[0], data[47], data[47 * 48], data[48 * 48 - 1]]).toEqual([0, 0, 0, 0]);
    const long = data.subarray(24 * 48, 25 * 48).filter((looked) => looked === 1).length / 48;
    expect(long).toBeGreaterThan(length);
  });

  test("is found in larger pictures, either end where it belongs, and what is on it is where it was put within two pixels", async () => {
    const part = study.part ?? expect.fail("expected a part");
    const size = { width: 200, height: Math.round(200 * aspect) };
    for (let i = 0; i < 6; i++) {
      const lie = randomLie(random, size);
      const mark = [-0.35 + 0.1 * i, 0.02] as const;
      const { pose, misfit, map, fault } = await located(lyingPart(size, lie, { random, mark }), part);
      expect(misfit).toBeLessThan(part.limits.misfit);
      expect(fault).toBeUndefined();
      const [cos = 0, sin = 0] = pose.slice(2);
      const turn = Math.atan2(sin, cos) - lie.turn;
      const away = Math.abs(Math.atan2(Math.sin(turn), Math.cos(turn)));
      expect(Math.min(away, Math.PI - away)).toBeLessThan(0.03);
      const [x, y] = placeOf(lie, mark, partLength(size));
      const darkest = middleAbove(map, 205, size);
      expect(Math.hypot(darkest.x - x, darkest.y - y)).toBeLessThan(2);
    }
  });

  test("has the same end to the right in every frame", async () => {
    const part = study.part ?? expect.fail("expected a part");
    const size = searchSize(aspect);
    const ends = new Set<boolean>();
    for (const lie of lies(8, aspect)) {
      const { pose } = await located(lyingPart(size, lie, { random }), part);
      ends.add(Math.cos(lie.turn) * (pose[2] ?? 0) + Math.sin(lie.turn) * (pose[3] ?? 0) > 0);
    }
    expect(ends.size).toBe(1);
  });

  test("is missed where it is cut, not there, or there twice, and what is wrong is told", async () => {
    const part = study.part ?? expect.fail("expected a part");
    const size = { width: 150, height: Math.round(150 * aspect) };
    const length = partLength(size);
    for (let i = 0; i < 4; i++) {
      const lie = randomLie(random, size);
      const out = { ...lie, x: i % 2 ? length * 0.2 : size.width - length * 0.2, turn: 0.3 * i - 0.8 };
      const fault = async (lies: Lie | Lie[] | null) =>
        (await located(lyingPart(size, lies, { random }), part)).fault;
      expect(await fault(out)).toBe("cut");
      expect(await fault(null)).toBe("missing");
      const [upper, lower] = [size.height * 0.25, size.height * 0.75];
      const turn = 0.15 * (random.uniform() - 0.5);
      expect(
        await fault([
          { x: size.width / 2, y: upper, turn },
          { x: size.width / 2, y: lower, turn: turn + Math.PI * (i % 2) },
        ]),
      ).toBe("several");
    }
  });

  test("is missed where the ground is bare", async () => {
    const part = study.part ?? expect.fail("expected a part");
    const { misfit } = await located(lyingPart(searchSize(aspect), null, { random }), part);
    expect(misfit).toBeGreaterThan(part.limits.misfit);
  });
});

/** Middle of the places where a map is above a level, in pixels of the picture. */
function middleAbove(map: readonly number[], level: number, size: { width: number; height: number }) {
  const places = map.flatMap((value, i) => (value > level ? [i] : []));
  expect(places.length).toBeGreaterThan(5);
  const mean = (of: (i: number) => number) => places.reduce((sum, i) => sum + of(i), 0) / places.length;
  return {
    x: mean((i) => ((i % side) + 0.5) * (size.width / side)),
    y: mean((i) => (Math.floor(i / side) + 0.5) * (size.height / side)),
  };
}

describe("pictures are taken as they lie, and the reason is told,", () => {
  const still: Lie = { x: 48, y: 48, turn: 0.3 };
  const cut: Lie = { x: 2, y: 48, turn: 0 };
  test.each<[string, RgbImage[], string]>([
    [
      "where the part always lies alike",
      pictures(
        1,
        Array.from({ length: 12 }, () => still),
      ),
      "leaves",
    ],
    [
      "where there is nothing",
      pictures(
        1,
        Array.from({ length: 12 }, () => null),
      ),
      "nothing stands out",
    ],
    [
      "where the part is cut",
      pictures(
        1,
        Array.from({ length: 12 }, () => cut),
      ),
      "cut by the border",
    ],
    ["where there are few", pictures(1, lies(5, 1)), "fewer than 8 pictures"],
  ])("%s", async (_name, given, reason) => {
    const study = await studyPart(given, 1, { backend });
    expect(study.part).toBeNull();
    expect(study.reason).toContain(reason);
  });

  test("but for the user's word, which makes a part of what lies still too", async () => {
    const study = await studyPart(
      pictures(
        1,
        Array.from({ length: 12 }, () => still),
      ),
      1,
      { backend, isWanted: true },
    );
    expect(study.part).not.toBeNull();
  });
});

test("a picture without anything has finite answers", async () => {
  const study = await studyPart(pictures(1, lies(12, 1)), 1, { backend });
  const part = study.part ?? expect.fail("expected a part");
  const { pose, misfit, pixels } = await located({ width: 40, height: 40, data: new Uint8Array(4800) }, part);
  expect([...pose, misfit, ...pixels].every(Number.isFinite)).toBe(true);
  expect(misfit).toBeGreaterThan(part.limits.misfit);
});

test("the search is the same graph for one picture and for several", async () => {
  const study = await studyPart(pictures(1, lies(12, 1)), 1, { backend });
  const { model } = study.part ?? expect.fail("expected a part");
  const image = imageInput();
  const outputs = { pose: locatePart(imagePlanes(image), model).pose };
  const session = await backend.load(encodeModel(buildGraph({ name: "test", inputs: [image], outputs })));
  const three = pictures(1, lies(3, 1));
  const together = await session.run({ image: stackPictures(three) });
  for (const [i, picture] of three.entries()) {
    const alone = await session.run({ image: stackPictures([picture]) });
    expect(Array.from(alone.pose?.data ?? [], Number)).toEqual(
      Array.from(together.pose?.data ?? [], Number).slice(4 * i, 4 * i + 4),
    );
  }
  await session.dispose();
});
