/** What a training's report says, and its pictures. */
import type { DefectMask, LabelMap, RgbImage, Size } from "../base/raster.ts";
import type { GoodPictures, LookedArea, PartStudy, PictureLook, Tiles } from "../detectors/index.ts";
import { drawPictures, mapScaleOf } from "../evaluation/index.ts";
import { fitWithin, maskOutline, overlay, resizeImage } from "../report/index.ts";
import type { LossPoint } from "../report/loss-chart.ts";
import { webpDataUri } from "../report/picture.ts";
import type { ReportImage, ReportPanel } from "../report/report-input.ts";
import { resizeLabels } from "../report/resample.ts";
import type { LearnedFigure, TrainingReportInput } from "../report/training-report.ts";
import { encodeWebp } from "./image-codec.ts";
import { loadDetectorFile } from "./load-detector.ts";
import { thresholdSentence } from "./threshold-sentence.ts";
import type { ScoredFile, TrainSummary } from "./train-options.ts";

const panelSidePx = 256; // longer side of a panel (ours): sharp at the width a report shows
const shownHeldOut = 4; // images with the highest scores (ours)

/** A training that has ended, and what its report needs besides. */
export interface ReportedTraining {
  readonly summary: TrainSummary;
  /** What was learned from, e.g. the path of the folder. */
  readonly data: string;
  readonly command?: string | undefined;
  readonly looks: readonly PictureLook[];
  /** How many groups there are; null where images were not grouped by their names. */
  readonly groups: number | null;
  /** What was seen when the part was looked for; null where it was not. */
  readonly study: PartStudy | null;
  /** The mean good picture as the model resizes it, uint8 [3, S, S]; the part's frame where one is found. */
  readonly mean: Uint8Array;
  /** What is looked at of the mean picture; undefined where everything is. */
  readonly area: LookedArea | undefined;
  /** The picture that it was drawn on; undefined where nobody drew it. */
  readonly drawnOn: string | undefined;
  readonly tiles: Tiles | undefined;
  readonly losses: readonly LossPoint[];
  /** Reads one of the images that was learned from again. */
  readonly read: (path: string) => Promise<RgbImage>;
  readonly threads?: number | undefined;
}

/** The report as one HTML document. */
export async function trainingReport(training: ReportedTraining): Promise<string> {
  const { renderTrainingReport } = await import("../report/training-report.ts"); // what draws charts is heavy
  return renderTrainingReport(await inputOf(training));
}

async function inputOf(training: ReportedTraining): Promise<TrainingReportInput> {
  const { summary, command, losses } = training;
  const { name, method, preset, calibration } = summary.description;
  const heldOut = summary.heldOut.map((scored) => heldOutImage(scored, calibration.threshold));
  return {
    title: `${name}: ${method}, ${preset}`,
    facts: factsOf(training),
    command,
    learned: learnedFigures(training),
    notes: notesOf(summary),
    look: { sentences: lookSentences(training), panels: await lookPanels(training) },
    losses,
    calibration: {
      sentence: thresholdSentence(summary.description),
      threshold: calibration.threshold,
      images: heldOut,
    },
    pictures: await heldOutPictures(training, heldOut),
    skipped: summary.skipped,
  };
}

function factsOf({ summary, data }: ReportedTraining): [label: string, value: string][] {
  const { description, output, seconds } = summary;
  const { training, software, scoring, imageSizePx, seed, parameters } = description;
  const steps = training.steps > 0 ? `, ${training.steps} steps of ${training.batchSize} images` : "";
  return [
    ["Data", data],
    ...(output === null ? [] : [["Model file", output] as [string, string]]),
    ["Method", `${description.method}, ${scoring}, preset ${description.preset}`],
    ["Trained for", `${Math.round(seconds)} s${steps}`],
    ["Image size", `${imageSizePx} px`],
    ["Parameters", String(parameters)],
    ["Seed", String(seed)],
    ["Pictures", `SHA-256 ${training.contentHash.slice(0, 12)}`],
    [
      "Software",
      Object.entries(software)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ];
}

const colors: Readonly<Record<GoodPictures["color"], string>> = {
  all: "in colour",
  none: "grey",
  some: "some in colour, some grey",
};

function learnedFigures({ summary, looks, groups }: ReportedTraining): LearnedFigure[] {
  const { training, calibration, pictures } = summary.description;
  const bits = pictures && pictures.depth.bits > 8 ? `, ${pictures.depth.bits} bits a channel` : "";
  const symmetries = training.symmetries.filter((name) => name !== "identity").length;
  return [
    { name: "Learned from", value: String(training.images), meaning: "good images" },
    {
      name: "Held out",
      value: String(calibration.images),
      meaning: "good images for the threshold, which nothing is learned from",
    },
    {
      name: "Size",
      value: sizesText(looks),
      meaning: `pixels${pictures ? `, ${colors[pictures.color]}` : ""}${bits}`,
    },
    ...(groups === null
      ? []
      : [{ name: "Groups", value: String(groups), meaning: "of images that stay on one side" }]),
    {
      name: "Mirrored and turned",
      value: symmetries === 0 ? "no" : String(symmetries),
      meaning:
        symmetries === 0
          ? "the images stand in one way only"
          : "ways in which the images may lie as well, by their looks",
    },
  ];
}

function sizesText(looks: readonly Size[]): string {
  const range = (of: (size: Size) => number) => {
    const values = looks.map(of).sort((a, b) => a - b);
    const [least = 0, most = 0] = [values[0], values.at(-1)];
    return least === most ? String(least) : `${least} to ${most}`;
  };
  return `${range(({ width }) => width)} \u00d7 ${range(({ height }) => height)}`;
}

function notesOf({ odd, copies }: TrainSummary): string[] {
  return [
    ...odd.map(
      ({ path }) =>
        `${path} is like none of the others and was left out of the threshold. If such parts are good, add more of them, or use --keep-odd.`,
    ),
    ...copies.map(([path, copy]) => `${copy} is ${path} once more: they were kept on one side.`),
  ];
}

function lookSentences({ summary, study, drawnOn, tiles }: ReportedTraining): string[] {
  const { part, area, imageSizePx } = summary.description;
  const names = area && area.regions.length > 0 ? ` (${area.regions.join(", ")})` : "";
  return [
    study === null
      ? "Pictures are taken as they lie: the part was not looked for."
      : part === undefined
        ? `Pictures are taken as they lie: ${study.reason}.`
        : `The part is found in each picture and ${part.turns ? "turned upright" : "centred"}: ${study.reason}.`,
    ...(area && drawnOn !== undefined
      ? [
          `${Math.round(100 * area.share)} % is looked at${names}, as drawn on ${drawnOn}; the rest is dimmed.`,
        ]
      : []),
    ...(part?.share === undefined
      ? []
      : [
          `The part is judged, with some room around it, ${Math.round(100 * part.share)} % of its frame; the ground is dimmed.`,
        ]),
    ...(tiles
      ? [
          `Pictures are read in tiles of ${imageSizePx} px that share ${tiles.overlapPx}${tiles.scale === 1 ? "" : `, resized by ${Number(tiles.scale.toPrecision(3))}`}.`,
        ]
      : []),
  ];
}

/** The mean picture: as the pictures lie and in one pose where that was tried, and what the detector reads of it. */
async function lookPanels({ summary, study, mean, area }: ReportedTraining): Promise<ReportPanel[]> {
  const { part, pictures } = summary.description;
  const square = { width: panelSidePx, height: panelSidePx };
  const ratio = part === undefined ? (pictures?.aspectRatio[0] ?? 1) : 1;
  const seen = resizeImage(
    squareOf(mean, summary.description.imageSizePx),
    fitWithin({ width: 1000 * ratio, height: 1000 }, panelSidePx),
  );
  const panel = async (caption: string, picture: RgbImage): Promise<ReportPanel> => ({
    caption,
    alt: caption,
    dataUri: webpDataUri(await encodeWebp(picture)),
  });
  const means = study?.means ?? null;
  return Promise.all([
    ...(means === null
      ? []
      : [
          panel("Mean of the good pictures as they lie", resizeImage(means.asTheyLie, square)),
          panel("The same in one pose", resizeImage(means.together, square)),
        ]),
    panel(
      part === undefined ? "Mean picture that is read" : "Mean part that is read",
      area === undefined ? seen : withArea(seen, area),
    ),
  ]);
}

/** @param planes - uint8 [3, side, side]. */
function squareOf(planes: Uint8Array, side: number): RgbImage {
  const plane = side * side;
  const data = planes.map((_, i) => planes[(i % 3) * plane + Math.floor(i / 3)] ?? 0);
  return { width: side, height: side, data };
}

/** What is not looked at is dimmed; a line around each region. */
function withArea(picture: RgbImage, area: LabelMap): RgbImage {
  const labels = resizeLabels(area, picture);
  const nothing = { width: 1, height: 1, data: new Float32Array(1) };
  const dimmed = overlay(picture, nothing, { scaleMaximum: 1, threshold: Infinity, lookedAt: labels });
  const regions = [...new Set(labels.data)].filter((label) => label !== 0);
  const maskOf = (region: number): DefectMask => ({
    ...labels,
    data: labels.data.map((label) => (label === region ? 1 : 0)),
  });
  return regions.reduce((drawn, region) => maskOutline(drawn, maskOf(region), { lineWidthPx: 2 }), dimmed);
}

function heldOutImage({ path, anomalyScore }: ScoredFile, threshold: number): ReportImage {
  const isAnomalous = anomalyScore > threshold;
  return { path, className: "held out", label: 0, score: anomalyScore, pValue: null, isAnomalous };
}

/** The held-out images with the highest scores, and the odd ones, as the finished detector sees them. */
async function heldOutPictures(
  { summary, read, threads }: ReportedTraining,
  heldOut: readonly ReportImage[],
): Promise<TrainingReportInput["pictures"]> {
  const { model, odd, description } = summary;
  const detector = await loadDetectorFile(model, { threads });
  const drawn = (images: readonly ReportImage[]) =>
    drawPictures(detector, images, {
      encodeWebp,
      readImage: async (path) => ({ image: await read(path), mask: null }),
      worst: shownHeldOut,
      perClass: 0,
    });
  try {
    const oddImages = odd.map((image) => heldOutImage(image, description.calibration.threshold));
    return {
      highest: (await drawn(heldOut)).falseAlarms,
      odd: (await drawn(oddImages)).falseAlarms,
      mapScale: mapScaleOf(detector),
    };
  } finally {
    await detector.dispose();
  }
}
