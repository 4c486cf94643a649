/** GANomaly's networks: encoder, decoder and a second encoder, and the discriminator they are trained against. */
import type { Tensor } from "../../graph/index.ts";
import { Autoencoder } from "./autoencoder.ts";
import { type ConvCoderOptions, ConvEncoder } from "./conv-coder.ts";

/** What GANomaly's generator makes of pictures. */
export interface EncodedTwice {
  /** z, code of the picture, float32 [N, Z]. */
  readonly latent: Tensor;
  /** x̂, float32 [N, 3, S, S]. */
  readonly reconstruction: Tensor;
  /** ẑ, code of the reconstruction, float32 [N, Z]. */
  readonly latentOfReconstruction: Tensor;
}

/**
 * Generator x → z → x̂ → ẑ and discriminator.
 *
 * @see Akcay, Atapour-Abarghouei and Breckon 2018, section 3, arXiv:1805.06725
 */
export class Ganomaly {
  readonly generator: { readonly autoencoder: Autoencoder; readonly encoder: ConvEncoder };
  /** One logit a picture: above 0 for real. */
  readonly discriminator: ConvEncoder;

  constructor(options: ConvCoderOptions) {
    this.generator = { autoencoder: new Autoencoder(options), encoder: new ConvEncoder(options) };
    this.discriminator = new ConvEncoder({ ...options, outputs: 1 });
  }

  /** Code, reconstruction and the reconstruction's code. @param x - float32 [N, 3, S, S]. */
  generate(x: Tensor): EncodedTwice {
    const { autoencoder, encoder } = this.generator;
    const latent = autoencoder.encoder.apply(x);
    const reconstruction = autoencoder.decoder.apply(latent);
    return { latent, reconstruction, latentOfReconstruction: encoder.apply(reconstruction) };
  }
}
