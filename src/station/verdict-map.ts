/** The map of an answer as numbers. */
import type { AnomalyMap } from "../base/raster.ts";
import type { VerdictMap } from "../server/protocol.ts";

/** @param map - With encoding float32. */
export function anomalyMapOf({ width, height, data }: VerdictMap): AnomalyMap {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return {
    width,
    height,
    data: Float32Array.from({ length: width * height }, (_, i) => view.getFloat32(4 * i, true)),
  };
}
