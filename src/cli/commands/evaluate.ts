/** `radar evaluate`: a model file and a test set in, figures and a report out. */

import { csvLine } from "../../node/csv.ts";
import type { EvaluateFolderOptions, FolderEvaluation } from "../../node/index.ts";
import { evaluateFolder } from "../../node/index.ts";
import { type Figure, formatMetric, formatSeconds } from "../../report/format.ts";
import { type Command, commandLine, goodArg, scoringArgs } from "../command.ts";
import { scoringOptions } from "../compute-options.ts";
import { exitCodes, UsageError } from "../errors.ts";
import { jsonText, type Output } from "../output.ts";
import { imageLine } from "../progress.ts";
import { stressLines } from "../stress-lines.ts";

/** `radar evaluate <model> <data>`. */
export const evaluateCommand: Command = {
  name: "evaluate",
  summary: "Measure how well defects are found, and write a report",
  args: {
    model: { type: "positional", description: "model file written by radar train" },
    data: {
      type: "positional",
      description: "folder with test/good, test/<class> and, for pixel figures, ground_truth/<class>",
    },
    report: { type: "string", alias: "r", valueHint: "file", description: "write a report as one HTML file" },
    threshold: {
      type: "string",
      valueHint: "score",
      description: "call images anomalous above this score (default: the model's)",
    },
    good: goodArg,
    stress: {
      type: "boolean",
      description: "also measure what the detector tolerates: light, colour, noise, JPEG, blur, shift, turn",
    },
    strict: {
      type: "boolean",
      description: "an image unlike the good ones that were learned from is an error, not a note",
    },
    json: { type: "boolean", description: "print the figures and every image as JSON" },
    csv: {
      type: "boolean",
      description: "print every image as comma-separated values, the highest score first",
    },
    ...scoringArgs,
    parallel: {
      ...scoringArgs.parallel,
      description:
        "with --stress: pictures scored at a time, as detect does (default: one a thread, at most 4)",
    },
  },
  examples: [
    "radar evaluate bottle.onnx bottle --report report.html",
    "radar evaluate bottle.onnx bottle --stress --json",
  ],
  run: async (args, { output, raw }) => {
    const [model = "", data = ""] = args.positionals;
    const report = args.text("report");
    if (args.flag("json") && args.flag("csv"))
      throw new UsageError("expected one of --json and --csv, got both.");
    const evaluation = await evaluateFolder(model, data, {
      ...(await scoringOptions(args, output)),
      threshold: args.number("threshold"),
      isStrict: args.flag("strict"),
      good: args.text("good"),
      report,
      stress: args.flag("stress"),
      command: commandLine(["radar", "evaluate", ...raw]),
      facts: [["Date", new Date().toISOString().slice(0, 10)]],
      ...evaluationProgress(output),
    });
    output.endProgress();
    if (args.flag("json")) output.data(jsonText(evaluationDocument(evaluation, report)));
    if (args.flag("csv")) for (const line of imageLines(evaluation)) output.data(line);
    printEvaluation(evaluation, output);
    if (report !== undefined) output.print(`Report: ${report}`);
    return exitCodes.done;
  },
};

/** Progress of an evaluation on stderr. */
export function evaluationProgress(output: Output): Pick<EvaluateFolderOptions, "onProgress" | "onStage"> {
  const started = output.now();
  return {
    onProgress: (done, total) => output.progress(() => imageLine(done, total, output.now() - started)),
    onStage: (stage) => {
      output.endProgress();
      output.note(stage);
    },
  };
}

/** What `--json` prints. @param report - Path of the report; undefined if none was written. */
export function evaluationDocument(evaluation: FolderEvaluation, report: string | undefined): object {
  const { metrics, classes, results, skipped, notes, thresholdOrigin, stress } = evaluation;
  return {
    ...metrics,
    thresholdOrigin,
    classes,
    results: worstFirst(results),
    ...(stress !== null && { stress }),
    skipped,
    notes,
    ...(report !== undefined && { report }),
  };
}

/** What `--csv` prints: every image under a line of titles, the highest score first. */
function imageLines({ results }: FolderEvaluation): string[] {
  const titles = ["path", "className", "isDefective", "score", "pValue", "isAnomalous", "warnings"];
  const rows = worstFirst(results).map(
    ({ path, className, label, score, pValue, isAnomalous, warnings = [] }) =>
      [path, className, label === 1, score, pValue ?? "", isAnomalous, warnings.join("; ")].map(String),
  );
  return [titles, ...rows].map(csvLine);
}

function worstFirst(results: FolderEvaluation["results"]): FolderEvaluation["results"] {
  return results.toSorted((a, b) => b.score - a.score);
}

/** The result in words, then the figures. */
export function printEvaluation(evaluation: FolderEvaluation, output: Output): void {
  const { metrics, verdict, notes, stress } = evaluation;
  const { image, pixel, secondsPerImage } = metrics;
  output.print(plain(verdict.sentence));
  for (const warning of [...verdict.warnings, ...notes]) output.print(`Note: ${plain(warning)}`);
  output.print("");
  output.print(figures("images", { AUROC: image.auroc, AP: image.averagePrecision, "F1-max": image.f1Max }));
  output.print(
    figures("at the threshold", {
      F1: image.f1,
      "F1 of calling all defective": image.trivialF1,
      precision: image.precision,
      recall: image.recall,
      accuracy: image.accuracy,
    }),
  );
  if (pixel !== null) {
    output.print(
      figures("pixels", {
        AUROC: pixel.auroc,
        AP: pixel.averagePrecision,
        AUPRO: pixel.aupro,
        AUPIMO: pixel.aupimo,
        "F1-max": pixel.f1Max,
      }),
    );
  }
  if (stress !== null) for (const line of stressLines(stress)) output.print(line);
  const { p50, p99 } = secondsPerImage;
  output.print(plain(`time an image: ${formatSeconds(p50)} (median), ${formatSeconds(p99)} (99 %)`));
}

function figures(title: string, values: Readonly<Record<string, Figure>>): string {
  const texts = Object.entries(values).map(([name, value]) => `${name} ${formatMetric(value)}`);
  return `${title}: ${texts.join(", ")}`;
}

/** Text for a terminal: no-break spaces become plain ones. */
function plain(text: string): string {
  return text.replaceAll("\u00a0", " ");
}
