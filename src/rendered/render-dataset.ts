/** A whole rendered data set in the MVTec-AD layout. */
import { checkChoice, checkInteger } from "../base/check.ts";
import { OptionError } from "../base/errors.ts";
import { Random } from "../base/random.ts";
import type { DefectMask, RgbImage } from "../base/raster.ts";
import { renderSurface } from "./render-surface.ts";
import {
  type DefectName,
  defectNames,
  type LookName,
  lookNames,
  type SurfaceKind,
  surfaceKinds,
} from "./surface-kinds.ts";

/** What {@link renderDataset} shall render. Defaults are ours. */
export interface RenderDatasetOptions {
  /** Kind of surface. Default "print". */
  readonly kind?: SurfaceKind;
  /** Looks that occur, in train and test alike. Default: orange filament; milled steel. */
  readonly looks?: readonly LookName[];
  /** Width in pixels, in [32, 2048]. Default 128. */
  readonly width?: number;
  /** Height in pixels, in [32, 2048]. Default 128. */
  readonly height?: number;
  /** Sound images to learn from. Default 100. */
  readonly trainGood?: number;
  /** Sound images to measure with. Default 30. */
  readonly testGood?: number;
  /** Defective images, dealt to the classes in turn. Default 40. */
  readonly testDefective?: number;
  /** Moved by one number. */
  readonly random: Random;
}

/** One image of a rendered data set. */
export interface RenderedEntry {
  /** Where it belongs, e.g. "test/blob/003.png"; forward slashes. */
  readonly relativePath: string;
  readonly image: RgbImage;
  /** Where its mask belongs, e.g. "ground_truth/blob/003_mask.png"; null for sound images. */
  readonly maskPath: string | null;
  /** 255 on the defect, else 0; null for sound images. */
  readonly mask: DefectMask | null;
}

const defaultLooks: Readonly<Record<SurfaceKind, readonly LookName[]>> = {
  print: ["orange"],
  machined: ["milled"],
};

/**
 * Renders a data set, one entry at a time: train/good, then test/good, then the defective images class by class.
 *
 * Each image depends on the state of `random` and on its own path alone, so a larger set contains the smaller one.
 *
 * @throws {OptionError} E_OPTION if a number is out of range, `looks` is empty or a look is not one of this kind's;
 * thrown by the call itself, before the first entry.
 */
export function renderDataset(options: RenderDatasetOptions): Iterable<RenderedEntry> {
  const { kind = "print", width = 128, height = 128 } = options;
  const { trainGood = 100, testGood = 30, testDefective = 40 } = options;
  checkChoice("kind", kind, surfaceKinds);
  checkInteger("width", width, { minimum: 32, maximum: 2048 });
  checkInteger("height", height, { minimum: 32, maximum: 2048 });
  checkInteger("trainGood", trainGood, { minimum: 1 });
  checkInteger("testGood", testGood, { minimum: 0 });
  checkInteger("testDefective", testDefective, { minimum: 0 });
  const looks = options.looks ?? defaultLooks[kind];
  if (looks.length === 0) throw new OptionError("looks: expected at least one look, got none.");
  for (const look of looks) checkChoice("looks", look, lookNames(kind));

  const root = new Random(options.random.nextUint32());
  const render = (folder: string, index: number, defect: DefectName | null): RenderedEntry => {
    const stem = String(index).padStart(3, "0");
    const relativePath = `${folder}/${stem}.png`;
    const random = root.split(relativePath);
    const look = looks[random.integer(looks.length)];
    const { image, mask } = renderSurface({ kind, width, height, defect, random, ...(look && { look }) });
    return defect === null
      ? { relativePath, image, maskPath: null, mask: null }
      : { relativePath, image, maskPath: `ground_truth/${defect}/${stem}_mask.png`, mask };
  };
  return (function* () {
    for (let i = 0; i < trainGood; i++) yield render("train/good", i, null);
    for (let i = 0; i < testGood; i++) yield render("test/good", i, null);
    const defects = defectNames(kind);
    for (const [turn, defect] of defects.entries()) {
      const share = Math.ceil((testDefective - turn) / defects.length);
      for (let i = 0; i < share; i++) yield render(`test/${defect}`, i, defect);
    }
  })();
}
