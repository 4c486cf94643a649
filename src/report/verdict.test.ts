import { describe, expect, test } from "vitest";
import type { EvaluationReportInput } from "./report-input.ts";
import { verdictOf } from "./verdict.ts";

interface Counts {
  readonly good?: number;
  readonly rejected?: number;
  readonly defective?: number;
  readonly found?: number;
  readonly falseAlarmRate?: number | null;
  readonly f1?: number | null;
  readonly trivialF1?: number | null;
  readonly skipped?: number;
}

function inputOf(counts: Counts): EvaluationReportInput {
  const { good = 0, rejected = 0, defective = 0, found = 0, falseAlarmRate = 0.01, skipped = 0 } = counts;
  const images = (label: number, count: number, flagged: number) =>
    Array.from({ length: count }, (_, i) => ({
      path: `${label}/${i}`,
      className: label === 0 ? "good" : "crack",
      label,
      score: i < flagged ? 2 : 0,
      pValue: null,
      isAnomalous: i < flagged,
    }));
  const unknown = {
    auroc: null,
    averagePrecision: null,
    f1Max: null,
    accuracy: null,
    precision: null,
    recall: null,
  };
  return {
    title: "",
    facts: [],
    metrics: {
      image: { ...unknown, f1: counts.f1 ?? null, trivialF1: counts.trivialF1 ?? null },
      pixel: null,
      threshold: 1.5,
      images: good + defective,
      secondsPerImage: { p50: null, p99: null },
    },
    falseAlarmRate,
    images: [...images(0, good, rejected), ...images(1, defective, found)],
    curves: { roc: null, pr: null },
    pictures: { falseAlarms: [], misses: [], gallery: [] },
    mapScale: null,
    skipped: Array.from({ length: skipped }, (_, i) => ({ path: `${i}`, reason: "" })),
    notes: [],
  };
}

/** Text with plain spaces, as a reader sees it. */
function plain(text: string): string {
  return text.replaceAll("\u00a0", " ");
}

function sentenceOf(counts: Counts): string {
  return plain(verdictOf(inputOf(counts)).sentence);
}

function warningsOf(counts: Counts): string[] {
  return verdictOf(inputOf(counts)).warnings.map(plain);
}

describe("the sentence", () => {
  test("counts found defects and rejected good images", () => {
    expect(sentenceOf({ good: 40, rejected: 2, defective: 20, found: 19 })).toBe(
      "At the threshold 1.5, 19 of 20 defective images were found, and 2 of 40 good images were rejected.",
    );
  });

  test("agrees in number with one", () => {
    expect(sentenceOf({ good: 1, rejected: 1, defective: 1, found: 1 })).toBe(
      "At the threshold 1.5, 1 of 1 defective image was found, and 1 of 1 good image was rejected.",
    );
  });

  test("leaves out a kind that the test set lacks", () => {
    expect(sentenceOf({ good: 40 })).toBe("At the threshold 1.5, 0 of 40 good images were rejected.");
    expect(sentenceOf({ defective: 3, found: 3 })).toBe(
      "At the threshold 1.5, 3 of 3 defective images were found.",
    );
    expect(sentenceOf({})).toBe("No image was scored.");
  });
});

test("headlines give the rate and its interval, for the kinds there are", () => {
  const both = verdictOf(inputOf({ good: 10, defective: 10, found: 5 })).headlines;
  expect(both.map(({ kind, counts, text, detail }) => [kind, counts, text, plain(detail)])).toEqual([
    ["found", { flagged: 5, count: 10 }, "defective images found", "50 %; 95 % interval 24 % to 76 %"],
    ["rejected", { flagged: 0, count: 10 }, "good images rejected", "0 %; 95 % interval 0 % to 28 %"],
  ]);
  expect(verdictOf(inputOf({ good: 10 })).headlines.map(({ kind }) => kind)).toEqual(["rejected"]);
  expect(verdictOf(inputOf({})).headlines).toEqual([]);
});

describe("warnings", () => {
  test("are none where both kinds are many and the rates are as promised", () => {
    expect(
      warningsOf({ good: 100, rejected: 1, defective: 30, found: 30, f1: 0.98, trivialF1: 0.4 }),
    ).toEqual([]);
  });

  test("say which kind of image the test set lacks", () => {
    expect(warningsOf({ good: 100 })).toEqual([
      "The test set has no defective images. Only false alarms can be measured; nothing here says whether defects are found.",
    ]);
    expect(warningsOf({ defective: 30, found: 30 })).toEqual([
      "The test set has no good images. False alarms cannot be measured, and a detector that flags everything would look perfect.",
    ]);
  });

  test("say that few good images tell little, below 30", () => {
    expect(warningsOf({ good: 29, defective: 1 })).toEqual([
      "With only 29 good images in the test set the false-alarm rate is known only roughly: see its interval.",
    ]);
    expect(warningsOf({ good: 30, defective: 1 })).toEqual([]);
  });

  test("say that F1 is no better than that of flagging all", () => {
    const counts = { good: 30, defective: 30, found: 15, trivialF1: 2 / 3 };
    expect(warningsOf({ ...counts, f1: 2 / 3 })).toEqual([
      "F1 at the threshold (0.667) is not above that of calling every image defective (0.667).",
    ]);
    expect(warningsOf({ ...counts, f1: 0.67 })).toEqual([]);
  });

  test("say that more good images are rejected than chance explains", () => {
    const counts = { good: 100, rejected: 10, defective: 1, found: 1 };
    expect(warningsOf(counts)).toEqual([
      "10 % of the good images are rejected, more than chance explains at the 1 % the threshold was set for. The test images probably differ from those it was calibrated on.",
    ]);
    expect(warningsOf({ ...counts, rejected: 2 })).toEqual([]); // interval from 0.6 %
    expect(warningsOf({ ...counts, falseAlarmRate: null })).toEqual([]);
  });

  test("say how many files were skipped", () => {
    const counts = { good: 30, defective: 1 };
    expect(warningsOf({ ...counts, skipped: 1 })).toEqual([
      "One file could not be scored and counts nowhere; it is listed below.",
    ]);
    expect(warningsOf({ ...counts, skipped: 2 })).toEqual([
      "2 files could not be scored and count nowhere; they are listed below.",
    ]);
  });
});
