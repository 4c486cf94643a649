/** What RADAR's network begins with: parameters learned on rendered pictures, brought to the cells that it has. */
import { OptionError } from "../../base/errors.ts";
import { fixedShape, sizeOf } from "../../base/shape.ts";
import { namedParameters, parameterCount, UNet, type UNetOptions } from "../../nn/index.ts";
import { unpackWeights } from "./packed-weights.ts";
import { pictureWidths, renderedCellSize } from "./radar-options.ts";

/** What a network that learns to find defects takes in and gives out: colours in; predicted noise and the defect logit out. */
export const networkChannels = { imageChannels: 3, outputChannels: 4 } as const;

/** Widths and cells of the network whose parameters are stored. */
export const storedNetwork: UNetOptions = { ...pictureWidths, cellSize: renderedCellSize };

/** Parameters to begin with. */
export interface HeadStart {
  /** float32 [P], in the order of `namedParameters`. */
  readonly parameters: Float32Array;
  /** Tells these from parameters that were learned otherwise. */
  readonly version: string;
}

/**
 * Parameters of a network that has learned from rendered parts and surfaces with planted defects, and from no photograph.
 *
 * They were learned with cells of 2 pixels. With cells of 1 the network begins as if each pixel were four equal ones - but for the last
 * convolution's own sight of the cells, which it does not have -, with cells of 4 or 8 as if the picture were that much smaller.
 *
 * @param options - Of the network that is to be trained.
 * @throws {OptionError} E_OPTION if its widths are not `pictureWidths`, which the parameters are for.
 */
export async function headStart({ cellSize = 1, ...widths }: UNetOptions): Promise<HeadStart> {
  const other = Object.entries(pictureWidths).find(
    ([name, value]) => String(widths[name as keyof typeof pictureWidths]) !== String(value),
  );
  if (other !== undefined) {
    const [name, value] = other;
    throw new OptionError(
      `start: expected "random" for a network whose ${name} is not ${value}, got "rendered". Begin it at random.`,
    );
  }
  const { version, weights } = await import("./head-start-weights.ts");
  const stored = namedParameters(new UNet({ ...storedNetwork, ...networkChannels }));
  const values = unpackWeights(weights, parameterCount(stored));
  return { parameters: atCells(values, cellSize), version };
}

/** The stored network's parameters for other cells: its first and last convolution are the only ones that see them. */
export function atCells(values: Float32Array, cellSize: number): Float32Array {
  const stored = namedParameters(new UNet({ ...storedNetwork, ...networkChannels }));
  const own = namedParameters(new UNet({ ...storedNetwork, ...networkChannels, cellSize }));
  const result = new Float32Array(parameterCount(own));
  const channels = namedChannels(cellSize);
  let [from, to] = [0, 0];
  for (const [i, { name, parameter }] of own.entries()) {
    const shape = fixedShape(stored[i]?.parameter.shape ?? [], name);
    const part = values.subarray(from, from + sizeOf(shape));
    const target = result.subarray(to, to + sizeOf(parameter.shape));
    const change = channels[name];
    if (change === undefined) target.set(part);
    else recast(part, shape, target, fixedShape(parameter.shape, name), change);
    from += part.length;
    to += target.length;
  }
  return result;
}

/** How much of each channel another one takes over: for each old channel its new ones, with weights. */
type Shares = readonly (readonly (readonly [channel: number, weight: number])[])[];

interface ChannelChange {
  readonly outputs: Shares;
  readonly inputs: Shares;
}

/** What changes in which parameters. */
function namedChannels(cellSize: number): Readonly<Record<string, ChannelChange>> {
  const { baseChannels } = pictureWidths;
  const { imageChannels, outputChannels } = networkChannels;
  const kept = Array.from({ length: baseChannels }, (_, channel) => [[channel, 1] as const]);
  const seen = cellShares(imageChannels, cellSize, "seen");
  const given = cellShares(outputChannels, cellSize, "given");
  const cells = seen.map((shares) =>
    cellSize > 1 ? shares.map(([channel, weight]) => [baseChannels + channel, weight] as const) : [],
  );
  return {
    "stem.weight": { outputs: kept, inputs: seen },
    "head.weight": { outputs: given, inputs: [...kept, ...cells] },
    "head.bias": { outputs: given, inputs: [[[0, 1]]] },
  };
}

/**
 * Pixels of the stored cells by pixels of others, which divide the same square in another way. What is seen of a stored pixel is the mean
 * of those that lie in it; what is given for a new pixel is the mean of the stored ones that lie in that.
 */
function cellShares(colors: number, cellSize: number, direction: "seen" | "given"): Shares {
  const side = renderedCellSize;
  const overlap = (a: number, b: number) =>
    Math.max(0, Math.min((a + 1) / side, (b + 1) / cellSize) - Math.max(a / side, b / cellSize));
  const area = direction === "seen" ? 1 / side ** 2 : 1 / cellSize ** 2;
  return Array.from({ length: colors * side ** 2 }, (_, channel) => {
    const color = Math.floor(channel / side ** 2);
    const [row, column] = [Math.floor(channel / side) % side, channel % side];
    return Array.from({ length: cellSize ** 2 }, (_, place) => {
      const common = overlap(row, Math.floor(place / cellSize)) * overlap(column, place % cellSize);
      return [color * cellSize ** 2 + place, common / area] as const;
    }).filter(([, weight]) => weight > 0);
  });
}

/** Adds each old channel pair of a weight [outputs, inputs, ...] to its new ones, by the product of their shares. */
function recast(
  values: Float32Array,
  [, inputs = 1, ...kernel]: readonly number[],
  target: Float32Array,
  [, newInputs = 1]: readonly number[],
  change: ChannelChange,
): void {
  const size = sizeOf(kernel);
  for (const [output, newOutputs] of change.outputs.entries()) {
    for (const [newOutput, outputShare] of newOutputs) {
      for (const [input, shares] of change.inputs.entries()) {
        for (const [newInput, inputShare] of shares) {
          const from = (output * inputs + input) * size;
          const to = (newOutput * newInputs + newInput) * size;
          for (let i = 0; i < size; i++) {
            target[to + i] = (target[to + i] ?? 0) + outputShare * inputShare * (values[from + i] ?? 0);
          }
        }
      }
    }
  }
}
