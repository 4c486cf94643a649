/** One rendered picture of a print or of machined steel, sound or with a planted defect, and its exact mask. */
import { assertNever, checkChoice, checkInteger } from "../base/check.ts";
import { Random } from "../base/random.ts";
import type { DefectMask, RgbImage, Size } from "../base/raster.ts";
import { between } from "../base/smooth-noise.ts";
import { drawCamera, maskOf, photograph } from "./camera.ts";
import { damageMachined } from "./machined-defects.ts";
import { machineSurface } from "./machined-surface.ts";
import { damagePrint } from "./print-defects.ts";
import { layPrint } from "./print-surface.ts";
import { type Light, shade } from "./shading.ts";
import type { DamagedSurface, Surface } from "./surface.ts";
import {
  type DefectName,
  filamentNames,
  finishNames,
  type LookName,
  machinedDefects,
  printDefects,
  type SurfaceKind,
  surfaceKinds,
} from "./surface-kinds.ts";

/** What {@link renderSurface} shall show. */
export interface SurfaceOptions extends Size {
  /** Width in pixels, in [32, 2048]; the short side always shows the same few millimetres. */
  readonly width: number;
  /** Height in pixels, in [32, 2048]. */
  readonly height: number;
  /** Kind of surface. */
  readonly kind: SurfaceKind;
  /** Defect to plant, one of `defectNames(kind)`; null for a sound surface. */
  readonly defect: DefectName | null;
  /** Filament or finish, one of `lookNames(kind)`; drawn at random by default. */
  readonly look?: LookName;
  /** Moved by one number, whatever is rendered. */
  readonly random: Random;
}

/** A rendered picture. */
export interface RenderedSurface {
  readonly image: RgbImage;
  /** 255 on the defect, else 0; all 0 on a sound surface. Shadows that a defect casts are not part of it. */
  readonly mask: DefectMask;
}

/**
 * Renders a surface: relief from beads or tool marks, light on it, and a camera above, all a little different each time.
 *
 * From the same state of `random`, pictures with and without a defect show the same part under the same light with the
 * same sensor noise: they differ at the defect and in its shadow alone. Same state, same bytes (on engines whose
 * Math.sin, Math.exp and the like agree to the last few bits). All constants are ours.
 *
 * @throws {OptionError} E_OPTION if a size is out of range, or a defect or look is not one of this kind's.
 * @example
 * const { image, mask } = renderSurface({ kind: "print", width: 128, height: 128, defect: "blob", random: new Random(1) });
 */
export function renderSurface(options: SurfaceOptions): RenderedSurface {
  const { kind, width, height, defect } = options;
  checkChoice("kind", kind, surfaceKinds);
  checkInteger("width", width, { minimum: 32, maximum: 2048 });
  checkInteger("height", height, { minimum: 32, maximum: 2048 });
  const random = new Random(options.random.nextUint32());
  const { surface, damage } = makeSurface({ ...options, random });
  const light = drawLight(kind, surface, random.split("light"));
  const size = { width, height };
  const camera = drawCamera(random.split("camera"));
  return {
    image: photograph(shade(surface, light), size, camera, random.split("noise")),
    mask: defect === null ? { ...size, data: new Uint8Array(width * height) } : maskOf(damage, size),
  };
}

function makeSurface(options: SurfaceOptions): DamagedSurface {
  const { kind, defect, random } = options;
  const damage = random.split("defect");
  switch (kind) {
    case "print": {
      const look = options.look ?? filamentNames[random.split("look").integer(filamentNames.length)];
      checkChoice("look", look, filamentNames);
      if (defect !== null) checkChoice("defect", defect, printDefects);
      const print = layPrint(options, look, random.split("surface"));
      return {
        surface: print.surface,
        damage: defect === null ? new Uint8Array(0) : damagePrint(print, defect, damage),
      };
    }
    case "machined": {
      const look = options.look ?? finishNames[random.split("look").integer(finishNames.length)];
      checkChoice("look", look, finishNames);
      if (defect !== null) checkChoice("defect", defect, machinedDefects);
      const surface = machineSurface(options, look, random.split("surface"));
      return {
        surface,
        damage: defect === null ? new Uint8Array(0) : damageMachined(surface, defect, damage),
      };
    }
    default:
      return assertNever(kind, "renderSurface");
  }
}

/** The lamp of the inspection station: across the grain, where it shows most, and never quite where it was. */
function drawLight(kind: SurfaceKind, surface: Surface, random: Random): Light {
  const isPrint = kind === "print";
  const middle = Math.floor(surface.height / 2) * surface.width + Math.floor(surface.width / 2);
  const grainX = surface.grain[2 * middle] ?? 0;
  const grainY = surface.grain[2 * middle + 1] ?? 0;
  const side = 2 * grainX > grainY ? 1 : -1; // from above, or from the left
  return {
    azimuth: Math.atan2(-grainX * side, grainY * side) + (isPrint ? 0 : 0.3) + between(random, -0.14, 0.14),
    elevation: (isPrint ? 0.66 : 0.85) + between(random, -0.05, 0.05),
    distance: between(random, 38, 48),
    lamp: (isPrint ? 0.95 : 0.8) * between(random, 0.94, 1.06),
    fill: (isPrint ? 0.38 : 0.45) * between(random, 0.92, 1.08),
  };
}
