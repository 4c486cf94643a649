/** f-AnoGAN's networks: a generator and its critic, and an encoder that finds the code of a picture. */
import type { Tensor } from "../../graph/index.ts";
import { type ConvCoderOptions, ConvDecoder, ConvEncoder } from "./conv-coder.ts";

/**
 * Encoder E, generator G and critic D.
 *
 * @see Schlegl et al. 2019, "f-AnoGAN", section 3, doi:10.1016/j.media.2019.01.010
 */
export class FAnogan {
  readonly encoder: ConvEncoder;
  /** Pictures from codes that are standard normal. */
  readonly generator: ConvDecoder;
  /** One number a picture, higher for real; without normalisation, so that its slope can be penalised. */
  readonly critic: ConvEncoder;

  constructor(options: ConvCoderOptions) {
    this.encoder = new ConvEncoder(options);
    this.generator = new ConvDecoder(options);
    this.critic = new ConvEncoder({ ...options, outputs: 1, groups: null });
  }

  /** G(E(x)). @param x - float32 [N, 3, S, S]. @returns The same shape. */
  reconstruct(x: Tensor): Tensor {
    return this.generator.apply(this.encoder.apply(x));
  }
}
