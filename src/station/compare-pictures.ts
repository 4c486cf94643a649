/** The same pictures, scored by several versions. */
import type { AnomalyMap } from "../base/raster.ts";
import type { Verdict } from "../server/protocol.ts";
import type { Api } from "./api.ts";
import { inParts } from "./in-parts.ts";
import { anomalyMapOf } from "./verdict-map.ts";
import type { KeptVersion } from "./version-choice.tsx";

/** What one version says of a picture. */
export interface Side {
  readonly verdict: Verdict | null;
  readonly map: AnomalyMap | null;
  readonly error: string | null;
}

/** A picture, and what each version says of it, in their order. */
export interface Compared {
  readonly name: string;
  readonly url: string;
  readonly sides: readonly Side[];
}

/** Asks one version after the other. @throws {ApiError}. */
export async function comparePictures(
  api: Api,
  versions: readonly KeptVersion[],
  pictures: readonly File[],
): Promise<Compared[]> {
  const columns: Side[][] = [];
  for (const { name, version } of versions) {
    const sides: Side[] = [];
    for (const part of inParts(pictures)) {
      const { results } = await api.tryVersion(name, version, part);
      sides.push(...results.map(sideOf));
    }
    columns.push(sides);
  }
  return pictures.map((file, i) => ({
    name: file.name,
    url: URL.createObjectURL(file),
    sides: columns.flatMap((sides) => sides[i] ?? []),
  }));
}

function sideOf(result: Awaited<ReturnType<Api["tryVersion"]>>["results"][number]): Side {
  if ("error" in result) return { verdict: null, map: null, error: result.error.message };
  return { verdict: result, map: result.map ? anomalyMapOf(result.map) : null, error: null };
}
