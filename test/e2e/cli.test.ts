import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { goldenKey } from "../../src/detectors/golden.ts";
import { sealed, sealKey } from "../../src/detectors/seal.ts";
import { readImage } from "../../src/node/image-file.ts";
import { buildRadar, type RadarRun, radar, startRadar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinySidePx, tinyTraining, writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const model = folder.at("parts.onnx");
let training: RadarRun;

beforeAll(async () => {
  buildRadar();
  await writeTinySet(set);
  training = await startRadar("train", set, "-o", model, ...tinyTraining(8), "--json").ended;
}, 240_000);

const heldOutImage = {
  path: expect.stringContaining(`${set}/train/good/`),
  anomalyScore: expect.any(Number),
};

describe("radar train", () => {
  test("prints one JSON document on stdout, and what it does on stderr", () => {
    expect(training.code, training.stderr).toBe(0);
    expect(JSON.parse(training.stdout)).toEqual({
      model,
      steps: 8,
      seconds: expect.any(Number),
      stepsPerSecond: expect.any(Number),
      finalLoss: expect.any(Number),
      parameters: expect.any(Number),
      skipped: [],
      copies: [],
      calibration: {
        images: 4,
        threshold: expect.any(Number),
        falseAlarmRate: 1 / 5,
        rule: "conformal",
        heldOut: [heldOutImage, heldOutImage, heldOutImage, heldOutImage],
        odd: [],
      },
    });
    expect(training.stderr).toContain("reading 12 good images of parts\n");
    expect(training.stderr).toMatch(/\[#+\] 8\/8 steps {2}loss \d\.\d+ {2}[\d.]+ images\/s {2}ETA 0 s\n/);
  });

  test("tells the held-out images and their scores, the highest first, which is the threshold unless disturbed copies raise it", async () => {
    const { threshold, heldOut } = JSON.parse(training.stdout).calibration;
    const paths = heldOut.map(({ path }: { path: string }) => path);
    const { results } = JSON.parse((await radar("detect", model, ...paths, "--json")).stdout);
    expect(results.map(({ isAnomalous }: { isAnomalous: boolean }) => isAnomalous)).toEqual(
      paths.map(() => false),
    );
    const { calibration } = JSON.parse((await radar("inspect", model, "--json")).stdout);
    const { thresholdAsTheyAre = threshold, toleratedScore } = calibration;
    expect(heldOut[0].anomalyScore).toBe(thresholdAsTheyAre);
    expect(heldOut[1].anomalyScore).toBeLessThan(thresholdAsTheyAre);
    expect(threshold).toBe(Math.max(thresholdAsTheyAre, toleratedScore));
  });

  test("names them to people too", async () => {
    const { stdout, stderr } = await radar("train", set, "-o", folder.at("g.onnx"), "--method", "gaussian");
    const named = stdout.match(/^ {2}[\d.]+ {2}.*parts\/train\/good\/\S+$/gm) ?? [];
    expect(stdout, stderr).toContain("Highest scores among those; ");
    expect(new Set(named).size).toBe(3);
    expect(named).toEqual(named.toSorted().toReversed());
  });

  test("leaves the model file and nothing else", () => {
    expect(readdirSync(folder.path).filter((name) => name.startsWith("parts.onnx"))).toEqual(["parts.onnx"]);
  });

  test("gives the same bytes for the same seed, and others for another", async () => {
    const train = async (seed: number, output: string): Promise<Buffer> => {
      const path = folder.at(output);
      const run = await radar("train", set, "-o", path, "--method", "gaussian", "--seed", String(seed));
      expect(run.code, run.stderr).toBe(0);
      return readFileSync(path);
    };
    const [first, second, other] = [
      await train(3, "a.onnx"),
      await train(3, "b.onnx"),
      await train(4, "c.onnx"),
    ];
    expect(first.equals(second)).toBe(true);
    expect(first.equals(other)).toBe(false);
  });

  test("takes options from a file, the command line first", async () => {
    const options = {
      method: "vae",
      preset: "fast",
      imageSize: 32,
      batchSize: 2,
      threads: 1,
      minutes: 60,
      name: "from file",
      seed: 9,
    };
    const config = folder.write("run.json", JSON.stringify(options));
    const output = folder.at("config.onnx");
    const run = await radar(
      "train",
      set,
      "--config",
      config,
      "--steps",
      "1",
      "--seed",
      "2",
      "-o",
      output,
      "--json",
    );
    expect(run.code, run.stderr).toBe(0);
    const inspected = JSON.parse((await radar("inspect", output, "--json")).stdout);
    expect(inspected).toMatchObject({
      name: "from file",
      imageSizePx: 32,
      seed: 2,
      training: { steps: 1, batchSize: 2 },
    });
  });
});

describe("radar detect", () => {
  test("prints results as one JSON document and writes an overlay of each image", async () => {
    const overlays = folder.at("overlays");
    const run = await radar("detect", model, `${set}/test`, "--json", "-o", overlays, "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const { results, ...rest } = JSON.parse(run.stdout);
    expect(rest).toEqual({ model, threshold: expect.any(Number), skipped: [] });
    expect(results).toHaveLength(9);
    for (const result of results) {
      const { path, anomalyScore, pValue, isAnomalous, map } = result;
      expect(Object.keys(result)).toEqual([
        "path",
        "anomalyScore",
        "pValue",
        "isAnomalous",
        "warnings",
        "map",
      ]);
      expect(isAnomalous).toBe(anomalyScore > rest.threshold);
      expect(pValue).toBeGreaterThan(0);
      expect(map).toBe(path.replace(`${set}/test`, overlays));
      expect(await readImage(map)).toMatchObject({ width: tinySidePx, height: tinySidePx });
    }
  });

  test("needs the model file alone, and leaves the images as they are", async () => {
    const copy = folder.at("elsewhere", "copy.onnx");
    cpSync(model, copy);
    const image = `${set}/test/good/000.png`;
    const before = readFileSync(image);
    const run = await startRadar("detect", copy, image, "--json").ended;
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout).results[0]).not.toHaveProperty("map");
    expect(readFileSync(image).equals(before)).toBe(true);
    rmSync(copy);
  });

  test("--jsonl, --csv and plain text carry the same results", async () => {
    const detect = async (...options: string[]): Promise<string[]> => {
      const run = await radar("detect", model, `${set}/test/good`, "--threads", "1", ...options);
      expect(run.code, run.stderr).toBe(0);
      return run.stdout.trimEnd().split("\n");
    };
    const lines = (await detect("--jsonl")).map((line) => JSON.parse(line));
    const rows = lines.map((line) =>
      [line.path, line.anomalyScore, line.pValue, line.isAnomalous, "", ""].join(","),
    );
    expect(await detect("--csv")).toEqual(["path,anomalyScore,pValue,isAnomalous,map,warnings", ...rows]);
    const text = await detect();
    for (const [i, { path, isAnomalous }] of lines.entries()) {
      expect(text[i]).toMatch(isAnomalous ? /^DEFECT {2}score / : /^ok {6}score /);
      expect(text[i]).toContain(path);
    }
  });

  test("pictures scored at a time, each in a thread of its own, have the same bits in the same order", async () => {
    const detect = async (...options: string[]): Promise<string> => {
      const run = await startRadar("detect", model, `${set}/train/good`, `${set}/test`, "--csv", ...options)
        .ended;
      expect(run.code, run.stderr).toBe(0);
      return run.stdout;
    };
    const alone = await detect("--threads", "1");
    expect(alone.trimEnd().split("\n")).toHaveLength(1 + 12 + 9);
    expect(await detect("--threads", "2")).toBe(alone);
    expect(await detect("--threads", "1", "--parallel", "3")).toBe(alone);
  });

  test("--threshold overrules the model's", async () => {
    const flags = async (threshold: string): Promise<unknown[]> => {
      const run = await radar(
        "detect",
        model,
        `${set}/test`,
        "--json",
        "--threshold",
        threshold,
        "--threads",
        "1",
      );
      return JSON.parse(run.stdout).results.map((result: { isAnomalous: boolean }) => result.isAnomalous);
    };
    expect(new Set(await flags("-1e9"))).toEqual(new Set([true]));
    expect(new Set(await flags("1e9"))).toEqual(new Set([false]));
  });

  test("--device auto says which device it is, and why", async () => {
    vi.stubEnv("XDG_CACHE_HOME", folder.at("cache"));
    const run = await radar("detect", model, `${set}/test/good/000.png`, "--device", "auto").finally(() =>
      vi.unstubAllEnvs(),
    );
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^device: (cpu, there is no graphics card here|(cpu|webgpu), WebGPU .+)$/m);
  });

  test("skips what it cannot read, lists it and ends with 1", async () => {
    const bad = folder.write("mixed/bad.png", "no image");
    cpSync(`${set}/test/good/000.png`, folder.at("mixed", "good.png"));
    const run = await radar("detect", model, folder.at("mixed"), "--json", "--threads", "1");
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`skipped ${bad}: expected a JPEG, PNG,`);
    const { results, skipped } = JSON.parse(run.stdout);
    expect(results).toHaveLength(1);
    expect(skipped).toEqual([{ path: bad, reason: expect.stringContaining("none of these") }]);
  });

  test("ends quietly when nobody reads its output any more", async () => {
    const { child, ended } = startRadar("detect", model, `${set}/test`, "--jsonl", "--threads", "1");
    child.stdout.destroy();
    const { code, stderr } = await ended;
    expect(code).toBe(141);
    expect(stderr).not.toContain("EPIPE");
  });
});

describe("radar evaluate", () => {
  test("prints the figures as JSON and writes a report that needs nothing else", async () => {
    const report = folder.at("report.html");
    const run = await radar("evaluate", model, set, "--json", "--report", report, "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const document = JSON.parse(run.stdout);
    const image = [
      "auroc",
      "averagePrecision",
      "f1",
      "f1Max",
      "accuracy",
      "precision",
      "recall",
      "trivialF1",
    ];
    expect(Object.keys(document.image)).toEqual(image);
    expect(Object.keys(document.pixel)).toEqual(["auroc", "averagePrecision", "aupro", "aupimo", "f1Max"]);
    expect(document).toMatchObject({ images: 9, thresholdOrigin: "calibration", skipped: [], report });
    expect(document.image.trivialF1).toBeCloseTo(12 / 15, 12);
    expect(Object.keys(document.secondsPerImage)).toEqual(["p50", "p99"]);
    const html = readFileSync(report, "utf8");
    expect(html).toContain(`radar evaluate ${model}`);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });

  test("--stress tells false alarms and found defects under each disturbance, and every image has its score", async () => {
    const report = folder.at("stress.html");
    const run = await radar("evaluate", model, set, "--json", "--stress", "-r", report, "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const { stress, results, image } = JSON.parse(run.stdout);
    expect(stress).toHaveLength(10);
    const [asTheyAre] = stress;
    expect(asTheyAre).toMatchObject({ name: "none", auroc: image.auroc });
    const flagged = (label: number) =>
      results.filter((row: { label: number; isAnomalous: boolean }) => row.label === label && row.isAnomalous)
        .length;
    expect(asTheyAre.good).toEqual({ images: 3, flagged: flagged(0) });
    expect(asTheyAre.defective).toEqual({ images: 6, flagged: flagged(1) });
    expect(readFileSync(report, "utf8")).toContain("What this detector tolerates");
  });

  test("without masks there are figures of images only, and it says so", async () => {
    const bare = folder.at("no-masks");
    cpSync(set, bare, { recursive: true });
    rmSync(`${bare}/ground_truth`, { recursive: true });
    rmSync(`${bare}/train`, { recursive: true });
    const run = await radar("evaluate", model, bare, "--json", "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const { pixel, image, notes } = JSON.parse(run.stdout);
    expect(pixel).toBeNull();
    expect(image.auroc).toEqual(expect.any(Number));
    expect(notes.join(" ")).toMatch(/mask/);
    expect((await radar("evaluate", model, bare, "--threads", "1")).stdout).toMatch(/Note: .*mask/);
  });

  test("--threshold overrules the model's", async () => {
    const run = await radar("evaluate", model, set, "--json", "--threshold", "-1e9", "--threads", "1");
    expect(JSON.parse(run.stdout)).toMatchObject({
      threshold: -1e9,
      thresholdOrigin: "given",
      image: { recall: 1, accuracy: 6 / 9 },
    });
  });
});

test("radar inspect tells what a model is and how it was made", async () => {
  const run = await radar("inspect", model, "--json");
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout)).toMatchObject({
    name: "parts",
    method: "radar",
    preset: "fast",
    imageSizePx: 32,
    training: { images: 8, skipped: 0, steps: 8, batchSize: 2 },
    calibration: { images: 4 },
    file: {
      path: model,
      bytes: readFileSync(model).length,
      inputs: ["image"],
      outputs: ["anomaly_map", "anomaly_score", "p_value", "is_anomalous"],
    },
  });
  const text = (await radar("inspect", model)).stdout;
  expect(text).toMatch(/^learned from +8 good images \(0 files/m);
  expect(text).toMatch(/^calibrated on +4 held-out good images/m);
});

describe("figures of single images", () => {
  test("evaluate --csv and --json have every image, the highest score first", async () => {
    const { results } = JSON.parse((await radar("evaluate", model, set, "--json", "--threads", "1")).stdout);
    const run = await radar("evaluate", model, set, "--csv", "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    const [titles, ...rows] = run.stdout.trimEnd().split("\n");
    expect(titles).toBe("path,className,isDefective,score,pValue,isAnomalous,warnings");
    type Result = {
      path: string;
      className: string;
      label: number;
      score: number;
      pValue: number;
      isAnomalous: boolean;
    };
    const expected = results.map((result: Result) => {
      const { path, className, label, score, pValue, isAnomalous } = result;
      return `${path},${className},${label === 1},${score},${pValue},${isAnomalous},`;
    });
    expect(rows).toEqual(expected);
    const scores: number[] = results.map(({ score }: Result) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores).toHaveLength(9);
    expect(run.stderr).toMatch(/classes: .*good 3/);
    expect(await radar("evaluate", model, set, "--csv", "--json")).toMatchObject({ code: 2 });
  });

  test("detect --fail-on-anomaly ends with 3 where an image is anomalous, with 0 where none is, with 1 where one is not scored", async () => {
    const image = `${set}/train/good/000.png`;
    const run = async (...more: string[]): Promise<number> =>
      (await radar("detect", model, image, "--threads", "1", ...more)).code;
    expect(await run("--threshold", "-1e9")).toBe(0);
    expect(await run("--threshold", "-1e9", "--fail-on-anomaly")).toBe(3);
    expect(await run("--threshold", "1e9", "--fail-on-anomaly")).toBe(0);
    expect(await run(folder.write("no-image.png", "x"), "--threshold", "-1e9", "--fail-on-anomaly")).toBe(1);
  });
});

describe("radar verify", () => {
  test("ends with 0 where the model computes what it did when it was made, on the processor and in WebAssembly", async () => {
    const run = await radar("verify", model, "--json", "--threads", "1");
    expect(run.code, run.stdout + run.stderr).toBe(0);
    const { runtimes, absent, ...rest } = JSON.parse(run.stdout);
    expect(rest).toEqual({ model, tolerance: 1e-4, isWithinTolerance: true });
    const difference = { absolute: expect.any(Number), relative: expect.any(Number) };
    const asMade = {
      difference: { score: difference, pValue: difference, map: difference, sourceMaps: difference },
      sameDecision: true,
      isWithinTolerance: true,
    };
    expect(runtimes).toEqual(
      expect.arrayContaining([
        { runtime: expect.stringMatching(/^onnxruntime-node .*\(cpu\)$/), ...asMade },
        { runtime: expect.stringMatching(/^onnxruntime-web .*\(wasm\)$/), ...asMade },
      ]),
    );
    expect(runtimes.length + absent.length).toBe(3); // and WebGPU, where there is a GPU
  });

  test("prints the largest differences of each runtime", async () => {
    const run = await radar("verify", model, "--threads", "1", "--device", "wasm");
    expect(run.stdout).toMatch(
      /^onnxruntime-web \S+ \(wasm\): as it was made\n {2}largest differences: score .*, p-value .*, map .*, maps before they are combined .*; same decision\nwithin/,
    );
  });

  test("refuses a file of which any one byte was changed, in weights, golden values and elsewhere", async () => {
    const bytes = readFileSync(model);
    const golden = bytes.indexOf(goldenKey) + goldenKey.length + 40;
    for (const place of [Math.floor(bytes.length / 3), golden, bytes.length - 1]) {
      const changed = Uint8Array.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      const run = await radar("verify", folder.write("changed.onnx", changed), "--device", "cpu");
      expect([run.code, run.stdout], `byte ${place}`).toEqual([1, ""]);
      expect(run.stderr, `byte ${place}`).toMatch(/\[E_ONNX\]/);
    }
  });

  test("ends with 1 where it does not, and tells by how much", async () => {
    const changed = folder.write(
      "changed.onnx",
      await withGolden((golden) => ({ ...golden, anomalyScore: 1e6 })),
    );
    const run = await radar("verify", changed, "--threads", "1");
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/\(cpu\): NOT as it was made\n {2}largest differences: score \d\.\de\+/);
  });

  test("refuses a model without a self-check", async () => {
    const run = await radar("verify", folder.write("without.onnx", await withGolden(() => "none")));
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /without\.onnx: expected a self-check .*\[E_ONNX\]\nsee docs\/errors\.md#e_onnx/,
    );
  });

  function withGolden(change: (golden: object) => unknown): Promise<Uint8Array> {
    const proto = fromBinary(ModelProtoSchema, readFileSync(model));
    const entry = proto.metadataProps.find(({ key }) => key === goldenKey);
    if (entry) entry.value = JSON.stringify(change(JSON.parse(entry.value)));
    proto.metadataProps = proto.metadataProps.filter(({ key }) => key !== sealKey);
    return sealed(toBinary(ModelProtoSchema, proto));
  }
});

describe("radar demo", () => {
  const short = ["--steps", "1", "--image-size", "16", "--batch-size", "2", "--threads", "1"];

  test("renders a set, says so, trains, evaluates and reports", async () => {
    const output = folder.at("demo");
    const run = await radar("demo", "-o", output, ...short, "--json");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/170 images .* are rendered/);
    expect(existsSync(folder.at("demo", "rendered", "RENDERED.txt"))).toBe(true);
    const document = JSON.parse(run.stdout);
    expect(document).toMatchObject({
      isRendered: true,
      training: { model: folder.at("demo", "model.onnx"), steps: 1 },
      evaluation: {
        images: 70,
        report: folder.at("demo", "report.html"),
        notes: [expect.stringMatching(/rendered/)],
      },
    });
    expect(document.evaluation.pixel.aupro).toEqual(expect.any(Number));
    expect(readFileSync(folder.at("demo", "report.html"), "utf8")).toMatch(/are rendered, defects and all/);
  });

  test("on a plain folder keeps some images aside and says that only false alarms can be measured", async () => {
    const plain = folder.at("plain");
    cpSync(`${set}/train/good`, `${plain}/a`, { recursive: true });
    cpSync(`${set}/train/good`, `${plain}/b`, { recursive: true });
    const run = await radar("demo", plain, "-o", folder.at("demo-plain"), ...short);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/only false alarms can be measured. The 4 images scored here were kept aside/);
    expect(run.stdout).toMatch(/of 4 good images (was|were) rejected/);
    expect(run.stdout).toContain(`Report with heat maps: ${folder.at("demo-plain", "report.html")}`);
  });

  test("renders into no folder that holds anything else", async () => {
    folder.write("taken/rendered/holiday.txt", "mine");
    const run = await radar("demo", "-o", folder.at("taken"), ...short);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("[E_FILE]") });
    expect(readFileSync(folder.at("taken", "rendered", "holiday.txt"), "utf8")).toBe("mine");
  });
});

test("a patch size alone is enough: the image size follows from the images", async () => {
  const path = folder.at("patches.onnx");
  const options = [
    "--patch-size",
    "16",
    "--preset",
    "fast",
    "--scoring",
    "paper",
    "--steps",
    "1",
    "--batch-size",
    "2",
    "--threads",
    "1",
  ];
  const run = await radar("train", set, "-o", path, ...options);
  expect(run.code, run.stderr).toBe(0);
  const { imageSizePx, patchSizePx } = JSON.parse((await radar("inspect", path, "--json")).stdout);
  expect(patchSizePx).toBe(16);
  expect(imageSizePx).toBeGreaterThan(16);
});

describe("radar export --int8", () => {
  test("writes a model that verify and inspect know, and prints what it costs and gains", async () => {
    const int8 = folder.at("int8.onnx");
    const args = [
      "export",
      model,
      "--int8",
      "--images",
      set,
      "-o",
      int8,
      "--max-loss",
      "1",
      "--threads",
      "1",
    ];
    const run = await radar(...args);
    expect(run.code, run.stderr).toBe(0);
    expect(run.stdout).toMatch(
      /^ +float32 +int8\nimage AUROC +[\d.]+ +[\d.]+\npixel AUROC .*\nfalse alarms .*%\nms a picture .*\nMB .*\n\d+ convolutions in 8 bits, on 4 held-out good images and \d+ defects planted in them; .* here\nModel: /,
    );
    const verified = await radar("verify", int8, "--threads", "1", "--device", "cpu");
    expect(verified.code, verified.stdout).toBe(0);
    const { stdout } = await radar("inspect", int8);
    expect(stdout).toMatch(
      /computes in +int8 in \d+ convolutions, ranges from 8 good images; made of SHA-256 [0-9a-f]{64}/,
    );
  });
});

describe("help", () => {
  const commands = [
    "train",
    "detect",
    "evaluate",
    "inspect",
    "calibrate",
    "verify",
    "export",
    "page",
    "benchmark",
    "serve",
    "watch",
    "worker",
    "token",
    "demo",
  ];

  test("radar --help names every command; --version prints the version", async () => {
    const run = await radar("--help");
    expect(run.code).toBe(0);
    for (const command of commands) expect(run.stdout).toMatch(new RegExp(`^ +${command} {2}`, "m"));
    expect(await radar("--version")).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test.each(commands)("radar %s --help is the text of the snapshot", async (command) => {
    const run = await radar(command, "--help");
    expect(run).toEqual({ code: 0, stdout: expect.stringContaining("EXAMPLES"), stderr: "" });
    const stable = run.stdout.replace(/(?<=read off the network: ).*/, "..."); // scorings come and go
    expect(stable).toMatchSnapshot();
  });
});
