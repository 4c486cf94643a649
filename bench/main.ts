/** `npm run bench`: how fast training and scoring are here, beside a peer and the machine's own limits. */
import { parseArgs } from "node:util";
import { measureCycles } from "./cycles.ts";
import { measureGemm } from "./gemm.ts";
import { measureImport } from "./import-weight.ts";
import { measureLargePhotos, photoSizes } from "./large-photo.ts";
import { measureScoring } from "./scoring.ts";
import { measureBalancedStep, measureTrainStep } from "./train-step.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "9" },
    cycles: { type: "string", default: "1000" },
    "page-cycles": { type: "string", default: "100" },
    side: { type: "string", default: "256" },
    photos: { type: "string", default: "3" },
  },
});
const options = {
  threads: Number(values.threads),
  rounds: Number(values.rounds),
  sidePx: Number(values.side),
};

process.stderr.write("import of the package ...\n");
const importWeight = measureImport(options);
process.stderr.write("matrix product ...\n");
const gemm = await measureGemm(options);
process.stderr.write("training step, beside PyTorch where it is installed ...\n");
const share = ({ gflop, seconds }: { gflop: number; seconds: number }) =>
  gflop / seconds / gemm.gflopsPerSecond;
const step = await measureTrainStep(options);
const trainStep = { ...step, shareOfPeak: share(step) };
process.stderr.write("training step of the default preset ...\n");
const balanced = await measureBalancedStep({ ...options, start: "random" });
const balancedStep = { ...balanced, shareOfPeak: share(balanced) };
const rendered = await measureBalancedStep({ ...options, start: "rendered" });
const renderedStep = { ...rendered, shareOfPeak: share(rendered) };
process.stderr.write("scoring ...\n");
const score = {
  fast: await measureScoring("fast", options),
  balanced: await measureScoring("balanced", options),
};
process.stderr.write("large photos ...\n");
const largePhotos = await measureLargePhotos(photoSizes.slice(0, Number(values.photos)));
process.stderr.write("loading, scoring and disposing, many times ...\n");
const cycles = await measureCycles({ node: Number(values.cycles), page: Number(values["page-cycles"]) });
const memory = { peakBytes: process.resourceUsage().maxRSS * 1024 };
const result = {
  threads: options.threads,
  importWeight,
  gemm,
  trainStep,
  balancedStep,
  renderedStep,
  score,
  largePhotos,
  cycles,
  memory,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
