/** An anomaly map over its picture, on the detector's absolute scale. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { AnomalyMap } from "../base/raster.ts";
import { colorIndex, colorTable } from "../report/color-map.ts";

/** What is drawn. */
export interface HeatMapProps {
  readonly map: AnomalyMap | null;
  /** Score of the brightest colour: the detector's, the same for all pictures. */
  readonly scaleMaximum: number;
  /** Opacity of the brightest colour, 0 to 1. */
  readonly opacity: number;
}

/** Lies over whatever fills the same box. */
export function HeatMap({ map, scaleMaximum, opacity }: HeatMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context && map) context.putImageData(coloured(map, scaleMaximum), 0, 0);
  }, [map, scaleMaximum]);
  return (
    <canvas
      ref={canvas}
      class="heat-map"
      width={map?.width ?? 1}
      height={map?.height ?? 1}
      style={{ opacity }}
      hidden={map === null}
    />
  );
}

/** The higher a score, the more of its colour: a normal picture stays as it is. */
function coloured({ width, height, data }: AnomalyMap, scaleMaximum: number): ImageData {
  const pixels = new ImageData(width, height);
  data.forEach((score, i) => {
    const index = colorIndex(score / scaleMaximum);
    pixels.data.set(colorTable.subarray(3 * index, 3 * index + 3), 4 * i);
    pixels.data[4 * i + 3] = Math.min(255, 1.25 * index);
  });
  return pixels;
}
