/** What batches of a training depend on, as text for its checkpoint. */
import { TrainingError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import type { PatchSampler, PatchSamplerState } from "../data/index.ts";

/** The state of a sampler and of the random numbers beside it. */
export function formatBatchState(sampler: PatchSampler, random: Random): string {
  return JSON.stringify({ sampler: sampler.state(), random: random.state() });
}

/**
 * The inverse of {@link formatBatchState}.
 *
 * @throws {TrainingError} E_CHECKPOINT if the text is no such state.
 */
export function parseBatchState(text: string): { sampler: PatchSamplerState; random: number[] } {
  try {
    const { sampler, random }: { sampler: PatchSamplerState; random: number[] } = JSON.parse(text);
    if (Array.isArray(random) && Array.isArray(sampler.order) && Array.isArray(sampler.random)) {
      return { sampler, random };
    }
  } catch (cause) {
    throw noState({ cause });
  }
  throw noState();
}

function noState(options?: { cause?: unknown }): TrainingError {
  const message = "checkpoint: expected the state of its batches, got none. Train again without `resume`.";
  return new TrainingError("E_CHECKPOINT", message, options);
}
