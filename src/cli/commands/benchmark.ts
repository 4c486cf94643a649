/** `radar benchmark`: methods compared on data sets, with several seeds, in one table and one report. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { ArgsDef } from "citty";
import {
  type BenchmarkDocument,
  failuresOf,
  figureStyles,
  figureText,
  methodTitle,
  renderBenchmarkReport,
  rowsOf,
  shortColumns,
} from "../../benchmark/index.ts";
import { examplePhotos } from "../../node/benchmark-photos.ts";
import { openBenchmarkSets } from "../../node/benchmark-set.ts";
import {
  checkOutputs,
  checkWritable,
  filesOf,
  type OutputFile,
  packageVersion,
  softwareVersions,
  writeFileAtomic,
} from "../../node/index.ts";
import { nodeBackend } from "../../runtime/node.ts";
import type { Arguments } from "../arguments.ts";
import { type Command, commandLine, computeArgs } from "../command.ts";
import { chosenDevice, typedCompute } from "../compute-options.ts";
import { exitCodes } from "../errors.ts";
import { parseMethods } from "../method-list.ts";
import { jsonText, type Output } from "../output.ts";
import { type BenchmarkRun, runBenchmark } from "../run-benchmark.ts";
import { readRunOptions, trainingArgs } from "../train-arguments.ts";

const defaultCache = "benchmark-cache";

const { preset, "image-size": imageSize, minutes, steps, "batch-size": batchSize } = trainingArgs;

/** Options of all methods; what only some have is said in the list of methods. */
const sharedArgs: ArgsDef = {
  ...(preset && { preset }),
  ...(imageSize && { "image-size": imageSize }),
  ...(minutes && { minutes }),
  ...(steps && { steps }),
  ...(batchSize && { "batch-size": batchSize }),
};

/** `radar benchmark <sets>`. */
export const benchmarkCommand: Command = {
  name: "benchmark",
  summary: "Compare methods on data sets: accuracy, time and memory, over several seeds",
  args: {
    sets: {
      type: "positional",
      description: "folders with train/good, test/<class> and, for pixel figures, ground_truth/<class>",
    },
    methods: {
      type: "string",
      alias: "m",
      valueHint: "list",
      description: "methods with their options, such as radar,radar:scoring=paper:steps=300 (default radar)",
    },
    seeds: {
      type: "string",
      valueHint: "n",
      description: "run everything with the seeds 0 to n - 1 (default 1)",
    },
    ...sharedArgs,
    report: { type: "string", alias: "r", valueHint: "file", description: "write a report as one HTML file" },
    output: { type: "string", alias: "o", valueHint: "file", description: "write the results as JSON" },
    cache: {
      type: "string",
      valueHint: "folder",
      description: `what is done already, so that a stopped benchmark goes on (default ${defaultCache})`,
    },
    parallel: {
      type: "string",
      valueHint: "n",
      description: "sets at a time (default 1); they share cores and memory, so times are longer",
    },
    json: { type: "boolean", description: "print the results as JSON" },
    ...computeArgs,
  },
  isRepeated: true,
  examples: [
    "radar benchmark bottle pill --methods radar,radar:scoring=paper --seeds 3 --report report.html",
    "radar benchmark parts --methods radar --preset fast --output results.json",
  ],
  run: async (args, { output, raw }) => {
    const [report, file] = [args.text("report"), args.text("output")];
    const run = await benchmarkRun(args, output);
    for (const path of [report, file]) if (path !== undefined) await checkWritable(path);
    const outputs: OutputFile[] = [];
    if (report !== undefined) outputs.push({ path: report, kind: "report" });
    if (file !== undefined) outputs.push({ path: file, kind: "results" });
    await checkOutputs(
      outputs,
      run.sets.flatMap(({ dataset }) => filesOf(dataset)),
    );
    const end = await runBenchmark(run, output);
    if ("exitCode" in end) {
      output.note(`To go on where it stopped:\n  ${commandLine(["radar", "benchmark", ...raw])}`);
      return end.exitCode;
    }
    const { outcomes } = end;
    const document: BenchmarkDocument = {
      ...circumstances(run, commandLine(["radar", "benchmark", ...raw])),
      rows: rowsOf(outcomes),
      failed: failuresOf(outcomes),
    };
    const text = jsonText(document);
    if (file !== undefined) await writeFileAtomic(file, `${text}\n`);
    if (report !== undefined) {
      const photos: Record<string, Awaited<ReturnType<typeof examplePhotos>>> = {};
      for (const { set, dataset } of run.sets) photos[set.name] = await examplePhotos(dataset);
      await writeFileAtomic(report, renderBenchmarkReport({ document, outcomes, photos }));
    }
    if (args.flag("json")) output.data(text);
    printTable(document, output);
    if (report !== undefined) output.print(`Report: ${report}`);
    return document.failed.length > 0 ? exitCodes.failed : exitCodes.done;
  },
};

async function benchmarkRun(args: Arguments, output: Output): Promise<BenchmarkRun> {
  const count = { integer: true, minimum: 1 } as const;
  const { device: _, threads: __, output: ___, ...shared } = await readRunOptions(args);
  const methods = await parseMethods(args.text("methods") ?? "radar", shared);
  const seeds = Array.from({ length: args.number("seeds", count) ?? 1 }, (_, seed) => seed);
  const parallel = args.number("parallel", count) ?? 1;
  const { device: choice, threads } = typedCompute(args);
  const { device, reason } = await chosenDevice(choice, output);
  output.note(`reading ${args.positionals.join(", ")}`);
  const sets = await openBenchmarkSets(args.positionals);
  return {
    sets,
    methods,
    seeds,
    parallel,
    compute: { device, threads },
    deviceReason: reason,
    cache: args.text("cache") ?? defaultCache,
  };
}

function circumstances(run: BenchmarkRun, command: string): Omit<BenchmarkDocument, "rows" | "failed"> {
  const { device = "cpu", threads } = run.compute;
  return {
    format: 1,
    command,
    date: new Date().toISOString().slice(0, 10),
    version: packageVersion(),
    machine: {
      processor: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memoryGb: Number((totalmem() / 1e9).toFixed(1)),
    },
    software: { ...softwareVersions(), runtime: nodeBackend({ device }).name },
    device,
    ...(run.deviceReason && { deviceReason: run.deviceReason }),
    threads: threads ?? null,
    parallel: run.parallel,
    seeds: run.seeds,
    sets: run.sets.map(({ set }) => set),
  };
}

/** Columns of equal width, numbers to the right. */
function printTable({ rows, failed }: BenchmarkDocument, output: Output): void {
  const table = [
    ["set", "method", ...shortColumns.map((name) => figureStyles[name].title)],
    ...rows.map((row) => [row.set, methodTitle(row), ...shortColumns.map((name) => figureText(row, name))]),
  ];
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((cells) => cells[i]?.length ?? 0)));
  for (const cells of table) {
    const padded = cells.map((cell, i) =>
      i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
    );
    output.print(padded.join("  ").trimEnd());
  }
  if (failed.length > 0) output.note(`${failed.length === 1 ? "1 cell" : `${failed.length} cells`} failed:`);
  for (const { set, method, seed, error } of failed)
    output.note(`  ${set}, ${method}, seed ${seed}: ${error}`);
}
