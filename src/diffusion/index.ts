/** Diffusion: schedules and the forward process. */
export { addNoise, noisingCoefficients } from "./forward-process.ts";
export {
  cosineAlphasCumprod,
  linearAlphasCumprod,
  type NoiseSchedule,
  type NoiseScheduleName,
  noiseSchedule,
  noiseSchedules,
} from "./noise-schedule.ts";
