/** `train`: good images in, a model file out. What trains is loaded when it is called: what only scores does without. */
import { trainInThread } from "./train-in-thread.ts";
import { checkTrainOptions, type TrainOptions, type TrainSummary } from "./train-options.ts";
import { plainData, type TrainingData } from "./training-source.ts";

/**
 * Trains a detector on good images, and writes its model file where an `output` is given.
 *
 * Without a `worker` it computes on the caller's thread: see there for what that blocks.
 *
 * @param data - MVTec-AD style folder, or any folder of good images; a data set opened before; or pictures in memory.
 * @throws {DataError} E_DATA, E_IMAGE on data that cannot be learned from; {OptionError} on options that are unknown or out of range;
 * {FileError} E_FILE if the backbone cannot be read or the model cannot be written, before the training starts; {OnnxFormatError} E_ONNX
 * if the backbone is none; {TrainingError} E_DIVERGED, E_CHECKPOINT; {AbortError} E_ABORTED with the signal's reason.
 */
export async function train(data: TrainingData, options: TrainOptions = {}): Promise<TrainSummary> {
  checkTrainOptions(options);
  const plain = plainData(data);
  const { worker = false, ...rest } = options;
  if (worker !== false) return trainInThread(plain, rest, worker);
  const { trainHere } = await import("./train-here.ts");
  return trainHere(plain, rest);
}
