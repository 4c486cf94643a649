/** Autoencoder: pictures through a short vector and back. */
import type { Tensor } from "../../graph/index.ts";
import { type ConvCoderOptions, ConvDecoder, ConvEncoder } from "./conv-coder.ts";

/** Encoder z(x) and decoder x̂(z). */
export class Autoencoder {
  readonly encoder: ConvEncoder;
  readonly decoder: ConvDecoder;

  constructor(options: ConvCoderOptions) {
    this.encoder = new ConvEncoder(options);
    this.decoder = new ConvDecoder(options);
  }

  /** @param x - float32 [N, 3, S, S]. @returns x̂(z(x)) of the same shape. */
  reconstruct(x: Tensor): Tensor {
    return this.decoder.apply(this.encoder.apply(x));
  }
}
