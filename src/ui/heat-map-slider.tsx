/** How strongly heat maps are drawn, and what their colours mean. */
import type { JSX } from "preact";
import { short } from "./short.ts";
import { texts } from "./texts.ts";

/** What is set. */
export interface HeatMapSliderProps {
  /** 0 to 1. */
  readonly opacity: number;
  readonly onOpacity: (opacity: number) => void;
  /** Score of the brightest colour; null while none is known. */
  readonly scaleMaximum: number | null;
}

/** See {@link HeatMapSliderProps}. */
export function HeatMapSlider({ opacity, onOpacity, scaleMaximum }: HeatMapSliderProps): JSX.Element {
  return (
    <label class="slider">
      <span>{texts.heatMap.opacity}</span>
      <input
        type="range"
        min="0"
        max="1"
        step="0.05"
        value={opacity}
        onInput={(event) => onOpacity(Number(event.currentTarget.value))}
      />
      <span class="legend" aria-hidden="true" />
      {scaleMaximum !== null && <span class="note">{texts.heatMap.scale(short(scaleMaximum))}</span>}
    </label>
  );
}
