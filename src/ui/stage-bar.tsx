/** How far a stage of a training is that goes over pictures. */
import type { JSX } from "preact";
import type { StageProgress } from "../detectors/run-graph.ts";
import { texts } from "./texts.ts";

/** A bar, and the same in words; nothing where the stage does not tell. */
export function StageBar({ progress }: { readonly progress: StageProgress | null }): JSX.Element | null {
  if (progress === null) return null;
  const { done, total } = progress;
  const words = texts.teach.looked(done, total);
  return (
    <>
      <progress max={total} value={done} aria-label={words} />
      <p class="note">{words}</p>
    </>
  );
}
