/** Layers: functions of graph tensors that own their parameters. */
export { SelfAttention } from "./attention.ts";
export { Conv2d, Downsample, Upsample } from "./conv.ts";
export { ones, uniformFanIn, zeros } from "./init.ts";
export { Linear } from "./linear.ts";
export {
  bindParameters,
  type Initializer,
  initialValues,
  type NamedParameter,
  namedParameters,
  type Parameter,
  parameter,
  parameterCount,
} from "./module.ts";
export { GroupNorm } from "./norm.ts";
export { sinusoidalEmbedding, TimeEmbedding } from "./time-embedding.ts";
export { type Block, type Level, ResidualBlock, UNet, type UNetOptions, type UNetTrace } from "./unet.ts";
