/** Running a graph over pictures while a detector is being fitted. */
import type { NdArray } from "../base/array.ts";
import type { Graph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { imageInputName } from "./model-names.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";

/** How far a stage is that goes through pictures. */
export interface StageProgress {
  /** Pictures so far; one that is seen several times counts as often. */
  readonly done: number;
  readonly total: number;
}

/** Told after each picture. */
export type StageListener = (progress: StageProgress) => void;

/** Loads a graph for as long as `use` takes. */
export async function withSession<T>(
  backend: Backend,
  graph: Graph,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await backend.load(encodeModel(graph));
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

/**
 * All outputs for each image, one call each.
 *
 * @param images - uint8 [3, S, S] each, S = `sizePx`.
 */
export async function* outputsOf(
  session: Session,
  images: readonly Uint8Array[],
  { sizePx, onProgress }: { readonly sizePx: number; readonly onProgress?: StageListener | undefined },
): AsyncGenerator<Record<string, NdArray>> {
  for (const [i, planes] of images.entries()) {
    yield await session.run({ [imageInputName]: stackPictures([pictureOf(planes, sizePx)]) });
    onProgress?.({ done: i + 1, total: images.length });
  }
}

/** One output for each image, one call each. */
export async function* outputOf(
  session: Session,
  images: readonly Uint8Array[],
  options: {
    readonly sizePx: number;
    readonly name: string;
    readonly onProgress?: StageListener | undefined;
  },
): AsyncGenerator<NdArray> {
  for await (const { [options.name]: output } of outputsOf(session, images, options)) {
    if (output !== undefined) yield output;
  }
}
