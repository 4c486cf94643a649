/** Running a graph over pictures while a detector is being fitted. */
import type { NdArray } from "../base/array.ts";
import type { Graph } from "../graph/index.ts";
import { encodeModel } from "../onnx/index.ts";
import type { Backend, Session } from "../runtime/backend.ts";
import { imageInputName } from "./model-names.ts";
import { pictureOf, stackPictures } from "./run-detector.ts";

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
  sizePx: number,
): AsyncGenerator<Record<string, NdArray>> {
  for (const planes of images) {
    yield await session.run({ [imageInputName]: stackPictures([pictureOf(planes, sizePx)]) });
  }
}

/** One output for each image, one call each. */
export async function* outputOf(
  session: Session,
  images: readonly Uint8Array[],
  options: { readonly sizePx: number; readonly name: string },
): AsyncGenerator<NdArray> {
  for await (const { [options.name]: output } of outputsOf(session, images, options.sizePx)) {
    if (output !== undefined) yield output;
  }
}
