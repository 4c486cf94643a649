/** Training what reads an encoder, while the encoder stays as it is. */
import { invariant } from "../../base/check.ts";
import { bindParameters, type NamedParameter, parameterCount } from "../../nn/index.ts";
import type { Objective } from "../../train/index.ts";

/** Fields of a `UNet` that make its encoder: all that a picture passes before the way up. */
const encoderFields: readonly string[] = ["time", "stem", "down", "middle"];

/** A training of the parameters that are not the encoder's. */
export interface DecoderTraining {
  /** Moves them alone; the encoder's are constants in it, so that its step computes no gradients for them. */
  readonly objective: Objective;
  /** What they begin with, float32 [P']. */
  readonly initial: Float32Array;
  /** All parameters of the network, float32 [P], given those learned, float32 [P']. */
  readonly withEncoder: (learned: Float32Array) => Float32Array;
}

/**
 * Takes the encoder's parameters out of what a training of a `UNet` moves.
 *
 * @param values - Of all parameters of the objective, float32 [P].
 */
export function freezeEncoder(objective: Objective, values: Float32Array): DecoderTraining {
  const { parameters, loss, terms = {} } = objective;
  invariant(values.length === parameterCount(parameters), "parameters of another network");
  const { frozen, learned } = partsOf(parameters);
  const names = Object.keys(terms);
  const [boundLoss = loss, ...boundTerms] = bindParameters(
    [loss, ...Object.values(terms)],
    frozen.map(({ named }) => named),
    gathered(frozen, values),
  );
  return {
    objective: {
      ...objective,
      parameters: learned.map(({ named }) => named),
      loss: boundLoss,
      terms: Object.fromEntries(names.map((name, i) => [name, boundTerms[i] ?? boundLoss])),
    },
    initial: gathered(learned, values),
    withEncoder: (decoder) => {
      invariant(
        decoder.length === parameterCount(learned.map(({ named }) => named)),
        "parameters of another decoder",
      );
      const whole = values.slice();
      let from = 0;
      for (const { start, end } of learned) {
        whole.set(decoder.subarray(from, from + end - start), start);
        from += end - start;
      }
      return whole;
    },
  };
}

/** A parameter and where its values lie in the vector of all. */
interface Part {
  readonly named: NamedParameter;
  readonly start: number;
  readonly end: number;
}

function partsOf(parameters: readonly NamedParameter[]): {
  readonly frozen: readonly Part[];
  readonly learned: readonly Part[];
} {
  const frozen: Part[] = [];
  const learned: Part[] = [];
  let start = 0;
  for (const named of parameters) {
    const end = start + parameterCount([named]);
    const field = named.name.split(".")[0] ?? "";
    (encoderFields.includes(field) ? frozen : learned).push({ named, start, end });
    start = end;
  }
  return { frozen, learned };
}

function gathered(parts: readonly Part[], values: Float32Array): Float32Array {
  const result = new Float32Array(parameterCount(parts.map(({ named }) => named)));
  let to = 0;
  for (const { start, end } of parts) {
    result.set(values.subarray(start, end), to);
    to += end - start;
  }
  return result;
}
