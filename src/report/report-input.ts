/** What an evaluation report is made from. Everything is plain data: a report can be drawn again from stored JSON. */
import type { PrPoints, RocPoints } from "./charts.ts";
import type { Figure } from "./format.ts";

/** All of a report. Text is escaped when it is written, so that paths and class names may hold any character. */
export interface EvaluationReportInput {
  /** Heading, e.g. "bottle: radar, balanced". */
  readonly title: string;
  /** What was evaluated, in order: model, method, preset, data set, date, seed and the like. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** The command that repeats the evaluation. */
  readonly command?: string;
  /** The figures, exactly as `radar evaluate --json` prints them. */
  readonly metrics: EvaluationMetrics;
  /** False-alarm rate the threshold was set for on held-out normal images, in (0, 1); null if it was set otherwise. */
  readonly falseAlarmRate: number | null;
  /** What set the threshold: that rate, the method's own rule, or someone's hand. Default: by hand where there is no rate. */
  readonly thresholdRule?: "conformal" | "method" | "hand";
  /** Every image that was scored. */
  readonly images: readonly ReportImage[];
  /** Curves of the image scores; null where the test set has one class only. */
  readonly curves: { readonly roc: RocPoints | null; readonly pr: PrPoints | null };
  /** Examples, grouped by purpose; any group may be empty. */
  readonly pictures: ReportPictures;
  /** Scale of the heat maps in the pictures; null where there are none. */
  readonly mapScale: MapScale | null;
  /** What the detector tolerates; absent if that was not measured. */
  readonly stress?: StressReport;
  /** Files that could not be scored. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Remarks on this run for "How to read this", one sentence or more each. */
  readonly notes: readonly string[];
}

/** The part of `radar evaluate --json` that a report shows; a figure that does not exist is null. */
export interface EvaluationMetrics {
  /** Figures of whole images. */
  readonly image: {
    readonly auroc: Figure;
    readonly averagePrecision: Figure;
    readonly f1: Figure;
    readonly f1Max: Figure;
    readonly accuracy: Figure;
    readonly precision: Figure;
    readonly recall: Figure;
    readonly trivialF1: Figure;
  };
  /** Figures of pixels; null where the data set has no masks. */
  readonly pixel: {
    readonly auroc: Figure;
    readonly averagePrecision: Figure;
    readonly aupro: Figure;
    /** Null where no good test image has pixels to count. */
    readonly aupimo: Figure;
    readonly f1Max: Figure;
  } | null;
  /** An image is called defective if its score > threshold. */
  readonly threshold: number;
  /** Number of images scored. */
  readonly images: number;
  /** Time for one image, in seconds: median and 99th percentile. */
  readonly secondsPerImage: { readonly p50: Figure; readonly p99: Figure };
}

/** One scored image. */
export interface ReportImage {
  /** Path as the reader knows it. */
  readonly path: string;
  /** Name of its class, e.g. "good" or "crack". */
  readonly className: string;
  /** 0 normal, 1 defective. */
  readonly label: number;
  /** Anomaly score; higher is more anomalous. */
  readonly score: number;
  /** Share of normal images expected to score at least as high, in [0, 1]; null if the detector gives none. */
  readonly pValue: number | null;
  /** Whether the detector calls it defective. */
  readonly isAnomalous: boolean;
  /** Of a detector that finds a part first: why it does not show the part as it should; absent if it does. */
  readonly partFault?: string;
  /** In what it is unlike the good pictures, one clause each; absent if it is like them. */
  readonly warnings?: readonly string[];
}

/** How a detector takes one disturbance of its pictures. */
export interface StressFigures {
  /** "none" for the pictures as they are, or one of `usualDisturbances`. */
  readonly name: string;
  /** The same for people, e.g. "light × 0.92". */
  readonly what: string;
  /** Good images, and how many of them were called defective. */
  readonly good: { readonly images: number; readonly flagged: number };
  /** Defective images, and how many of them were found. */
  readonly defective: { readonly images: number; readonly flagged: number };
  /** AUROC of the image scores; null where the images have one class only. */
  readonly auroc: Figure;
}

/** One image under one disturbance. */
export interface StressPicture {
  /** What was done to it, e.g. "light × 0.92". */
  readonly what: string;
  readonly picture: ReportPicture;
}

/** What a detector tolerates. */
export interface StressReport {
  /** The images as they are first. */
  readonly rows: readonly StressFigures[];
  /** One image under every disturbance; may be empty. */
  readonly pictures: readonly StressPicture[];
}

/** Examples by purpose. */
export interface ReportPictures {
  /** Good images with the highest scores, worst first. */
  readonly falseAlarms: readonly ReportPicture[];
  /** Defective images with the lowest scores, worst first. */
  readonly misses: readonly ReportPicture[];
  /** Some images of every class. */
  readonly gallery: readonly ReportPicture[];
}

/** One image, seen in several ways. */
export interface ReportPicture {
  /** Path as the reader knows it. */
  readonly path: string;
  /** Name of its class. */
  readonly className: string;
  /** A line below, e.g. "score 0.61, flagged". */
  readonly caption: string;
  /** Image, heat map, overlay and so on, from left to right. */
  readonly panels: readonly ReportPanel[];
}

/** One view of an image. */
export interface ReportPanel {
  /** What the view is, e.g. "heat map". */
  readonly caption: string;
  /** The picture itself as `data:image/webp;base64,...`, or PNG; nothing else is accepted. */
  readonly dataUri: string;
  /** What it shows, for readers who do not see it. */
  readonly alt: string;
}

/** The absolute scale of heat maps. */
export interface MapScale {
  /** Pixel score of the brightest colour. */
  readonly maximum: number;
  /** Pixel score above which a line is drawn around the region. */
  readonly threshold: number;
}
