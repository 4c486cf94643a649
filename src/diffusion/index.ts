/** Diffusion: schedules, the forward and the reverse process. */
export { addNoise, noisingCoefficients, timestepValues } from "./forward-process.ts";
export {
  cosineAlphasCumprod,
  linearAlphasCumprod,
  type NoiseSchedule,
  type NoiseScheduleName,
  noiseSchedule,
  noiseSchedules,
} from "./noise-schedule.ts";
export { type ReverseStep, reverseChain, reverseSteps, reverseTimesteps } from "./reverse-process.ts";
