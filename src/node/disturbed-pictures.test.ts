import { expect, test } from "vitest";
import { fakeDescription } from "../../test/support/fake-detector.ts";
import { soundPrints } from "../../test/support/rendered-planes.ts";
import { usualDisturbances } from "../data/index.ts";
import { nodeBackend } from "../runtime/node.ts";
import { pictureDisturber } from "./disturbed-pictures.ts";

const backend = nodeBackend({ threads: 1 });
const [print, large] = [
  ...soundPrints(1, { width: 48, height: 40, seed: 3 }),
  ...soundPrints(1, { width: 1200, height: 900, seed: 3 }),
];
const part = { aspect: 0.75, frame: 0.5, turns: true, misfitLimit: 0.3 };
const tiles = { scale: 1, overlapPx: 8 };

test.each([
  ["at the model's size", {}, print!, { width: 32, height: 32 }],
  ["at their own where the part is found in them", { part }, print!, { width: 48, height: 40 }],
  ["at what the part's frame needs where they are large", { part }, large!, { width: 64, height: 64 }],
  ["at their own where they are read in tiles", { tiles }, print!, { width: 48, height: 40 }],
])(
  "pictures are disturbed %s, each in every usual way, the same for the same seed",
  async (_, look, picture, size) => {
    const description = { ...fakeDescription, imageSizePx: 32, seed: 4, ...look };
    const copies = async () => {
      const disturber = await pictureDisturber(description, backend);
      return await disturber.copiesOf(picture).finally(() => disturber.dispose());
    };
    const shown = await copies();
    expect(shown).toHaveLength(usualDisturbances.length);
    for (const copy of shown) expect(copy).toMatchObject(size);
    expect(new Set(shown.map(({ data }) => data.join())).size).toBe(shown.length);
    expect(await copies()).toEqual(shown);
  },
);
