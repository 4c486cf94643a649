/** Variational autoencoder: pictures to Gaussians over a vector, and vectors to pictures. */
import { slice, type Tensor } from "../../graph/index.ts";
import { type ConvCoderOptions, ConvDecoder, ConvEncoder } from "./conv-coder.ts";

/** A Gaussian with independent components for each picture. */
export interface LatentGaussian {
  /** μ, float32 [N, Z]. */
  readonly mean: Tensor;
  /** log σ², float32 [N, Z]. */
  readonly logVariance: Tensor;
}

/**
 * Encoder q(z|x) = N(μ(x), σ²(x)) and decoder x̂(z).
 *
 * @see Kingma and Welling 2014, section 3 and appendix C, arXiv:1312.6114
 */
export class VariationalAutoencoder {
  readonly encoder: ConvEncoder;
  readonly decoder: ConvDecoder;
  readonly #latentSize: number;

  constructor(options: ConvCoderOptions) {
    this.encoder = new ConvEncoder({ ...options, outputs: 2 * options.latentSize });
    this.decoder = new ConvDecoder(options);
    this.#latentSize = options.latentSize;
  }

  /** q(z|x). @param x - float32 [N, 3, S, S]. */
  encode(x: Tensor): LatentGaussian {
    const both = this.encoder.apply(x);
    const size = this.#latentSize;
    return {
      mean: slice(both, { axis: 1, start: 0, end: size }),
      logVariance: slice(both, { axis: 1, start: size, end: 2 * size }),
    };
  }

  /** The picture of the mean: what is compared with the input once trained. float32 [N, 3, S, S]. */
  reconstruct(x: Tensor): Tensor {
    return this.decoder.apply(this.encode(x).mean);
  }
}
