/** `radar detect`: a model file and images in, scores out. */
import type { SkippedFile } from "../../data/index.ts";
import type { Detector } from "../../detectors/index.ts";
import { partFaultTexts } from "../../detectors/part-fault.ts";
import { csvLine } from "../../node/csv.ts";
import { detectFiles, type FileDetection, unlikeGood } from "../../node/detect.ts"; // not index.ts: scoring a picture loads what that takes
import { loadDetectorFile } from "../../node/load-detector.ts";
import type { Arguments } from "../arguments.ts";
import { type Command, scoringArgs } from "../command.ts";
import { scoringOptions } from "../compute-options.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { jsonText, type Output } from "../output.ts";
import { imageLine } from "../progress.ts";

/** `radar detect <model> <images...>`. */
export const detectCommand: Command = {
  name: "detect",
  summary: "Score images: which are anomalous, and where",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    images: { type: "positional", description: "images, folders or globs; any number" },
    output: {
      type: "string",
      alias: "o",
      valueHint: "folder",
      description: "write each image under its heat map, as PNG",
    },
    threshold: {
      type: "string",
      valueHint: "score",
      description: "call images anomalous above this score (default: the model's)",
    },
    strict: {
      type: "boolean",
      description:
        "pictures unlike the good ones that were learned from are errors, not scores with a warning",
    },
    "fail-on-anomaly": {
      type: "boolean",
      description: `end with exit code ${exitCodes.anomaly} when an image is anomalous`,
    },
    json: { type: "boolean", description: "print one JSON document" },
    jsonl: { type: "boolean", description: "print one line of JSON for each image, as it is scored" },
    csv: { type: "boolean", description: "print one line of comma-separated values for each image" },
    ...scoringArgs,
  },
  isRepeated: true,
  examples: [
    "radar detect parts.onnx inbox --output overlays",
    "radar detect parts.onnx 'inbox/**/*.png' --json",
    "radar detect parts.onnx a.png b.png --csv > scores.csv",
  ],
  run: async (args, { output }) => {
    const [model = "", ...inputs] = args.positionals;
    const format = formatOf(args);
    const options = {
      threshold: args.number("threshold"),
      isStrict: args.flag("strict"),
      output: args.text("output"),
    };
    const detector = await loadDetectorFile(model, await scoringOptions(args, output));
    const tally = { images: 0, anomalous: 0, skipped: 0 };
    const documents: (FileDetection | SkippedFile)[] = [];
    const started = output.now();
    const onProgress = (done: number, total: number): void =>
      output.progress(() => imageLine(done, total, output.now() - started));
    try {
      const columns = csvColumnsOf(detector);
      if (format === "csv") output.data(csvLine(columns));
      for await (const result of detectFiles(detector, inputs, { ...options, onProgress })) {
        if (format === "json") documents.push(result);
        if ("reason" in result) {
          tally.skipped++;
          output.note(`skipped ${result.path}: ${result.reason}`);
        } else {
          tally.images++;
          if (result.isAnomalous) tally.anomalous++;
          printResult(result, { format, columns }, output);
        }
      }
    } finally {
      await detector.dispose();
    }
    output.endProgress();
    const threshold = options.threshold ?? detector.description.calibration.threshold;
    if (format === "json") {
      const results = documents.filter((document) => !("reason" in document));
      const skipped = documents.filter((document) => "reason" in document);
      output.data(jsonText({ model, threshold, results, skipped }));
    }
    output.note(summaryOf(tally, threshold));
    if (tally.skipped > 0) return exitCodes.failed;
    return args.flag("fail-on-anomaly") && tally.anomalous > 0 ? exitCodes.anomaly : exitCodes.done;
  },
};

type Format = "text" | "json" | "jsonl" | "csv";

const csvColumns = ["path", "anomalyScore", "pValue", "isAnomalous", "map", "warnings"] as const;

type CsvColumn = (typeof csvColumns)[number] | "partFault" | "region";

/** A model that finds a part first has one column more, one with regions another. */
function csvColumnsOf({ description }: Pick<Detector, "description">): readonly CsvColumn[] {
  const { area, part } = description;
  const hasRegions = (area?.regions.length ?? 0) > 0;
  return [
    ...csvColumns,
    ...(part ? (["partFault"] as const) : []),
    ...(hasRegions ? (["region"] as const) : []),
  ];
}

function formatOf(args: Arguments): Format {
  const wanted = (["json", "jsonl", "csv"] as const).filter((format) => args.flag(format));
  if (wanted.length > 1) {
    throw new UsageError(
      `expected one of --json, --jsonl and --csv, got ${wanted.map((name) => `--${name}`).join(" and ")}.`,
    );
  }
  return wanted[0] ?? "text";
}

function printResult(
  result: FileDetection,
  { format, columns }: { readonly format: Format; readonly columns: readonly CsvColumn[] },
  output: Output,
): void {
  if (format === "jsonl") output.data(JSON.stringify(result));
  const { path, anomalyScore, pValue, isAnomalous, partFault, region, warnings, map } = result;
  const row = { ...result, warnings: warnings.join("; ") };
  if (format === "csv") output.data(csvLine(columns.map((column) => String(row[column] ?? ""))));
  const words = [
    isAnomalous ? "DEFECT" : "ok    ",
    `score ${anomalyScore.toPrecision(4)}`,
    `p ${pValue.toFixed(3)}`,
    path,
    ...(partFault ? [partFaultTexts[partFault]] : []),
    ...(isAnomalous && !partFault && region !== undefined ? [`in ${region}`] : []),
  ];
  output.print([...words, ...(map === undefined ? [] : [`-> ${map}`])].join("  "));
  if (warnings.length > 0) output.note(`warning: ${path}: ${unlikeGood(warnings)}`);
}

function summaryOf(tally: { images: number; anomalous: number; skipped: number }, threshold: number): string {
  const scored = `${tally.anomalous} of ${tally.images} images anomalous (score > ${Number(threshold.toPrecision(4))})`;
  return tally.skipped > 0 ? `${scored}; ${tally.skipped} files could not be scored` : scored;
}
