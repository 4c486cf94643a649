/** A training in a worker thread: the same bits, while the caller's event loop goes on. */

import { errorFrom, type PlainError } from "../base/plain-error.ts";
import type { StageProgress } from "../detectors/index.ts";
import type { FilePath } from "./file-input.ts";
import { pathOf } from "./file-input.ts";
import { startThread } from "./thread.ts";
import type { ImageProgress, TrainOptions, TrainSummary } from "./train-options.ts";
import type { PlainData } from "./training-source.ts";

/** Options that can be sent to a thread. */
export type PlainTrainOptions = Omit<
  TrainOptions,
  "signal" | "onProgress" | "onStage" | "onStageProgress" | "networks" | "worker"
>;

/** What the thread is asked to do. */
export type TrainingOrder =
  | { readonly kind: "train"; readonly data: PlainData; readonly options: PlainTrainOptions }
  | { readonly kind: "stop" };

/** What the thread answers. */
export type TrainingAnswer =
  | { readonly kind: "trained"; readonly summary: TrainSummary }
  | { readonly kind: "failed"; readonly error: PlainError };

/** What the thread tells before. */
export type TrainingNews =
  | { readonly kind: "progress"; readonly progress: ImageProgress }
  | { readonly kind: "stage"; readonly stage: string }
  | { readonly kind: "stage progress"; readonly progress: StageProgress };

/** As `trainHere`, elsewhere. @param file - What the thread runs; true for our own file. */
export async function trainInThread(
  data: PlainData,
  { signal, onProgress, onStage, onStageProgress, networks: _, ...options }: Omit<TrainOptions, "worker">,
  file: true | FilePath,
): Promise<TrainSummary> {
  const thread = startThread<TrainingOrder, TrainingAnswer, TrainingNews>(
    "training",
    file,
    (message) => message.kind === "trained" || message.kind === "failed",
    (news) => {
      if (news.kind === "progress") onProgress?.(news.progress);
      else if (news.kind === "stage") onStage?.(news.stage);
      else onStageProgress?.(news.progress);
    },
  );
  const stop = (): void => thread.tell({ kind: "stop" });
  try {
    const training = thread.ask({
      kind: "train",
      data,
      options: { ...options, ...withPaths(options) },
    });
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const answer = await training;
    if (answer.kind === "trained") return answer.summary;
    throw errorFrom(answer.error, signal?.aborted ? signal.reason : undefined);
  } finally {
    signal?.removeEventListener("abort", stop);
    await thread.end();
  }
}

/** URLs cannot be sent. */
function withPaths({
  output,
  backbone,
  mask,
  report,
}: PlainTrainOptions): Pick<PlainTrainOptions, "output" | "backbone" | "mask" | "report"> {
  return {
    ...(output !== undefined && { output: pathOf("output", output) }),
    ...(backbone !== undefined && { backbone: pathOf("backbone", backbone) }),
    ...(mask !== undefined && { mask: pathOf("mask", mask) }),
    ...(report !== undefined && { report: pathOf("report", report) }),
  };
}
