/** What a user gets wrong: a message that says what to do, the right exit code, and nothing lost. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { buildGraph, input, neg } from "../../src/graph/index.ts";
import { encodePng } from "../../src/node/index.ts";
import { encodeModel } from "../../src/onnx/index.ts";
import { radar } from "../support/radar.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyTraining, writeTinySet } from "../support/tiny-set.ts";

const folder = temporaryFolder();
const set = folder.at("parts");
const model = folder.at("parts.onnx");
const good = `${set}/train/good`;

const wideMask = await encodePng({ width: 42, height: 40, data: new Uint8Array(42 * 40 * 3) });

beforeAll(async () => {
  await writeTinySet(set);
  const run = await radar("train", set, "-o", model, ...tinyTraining(1));
  expect(run.code, run.stderr).toBe(0);
});

/** Expects the command line to fail with this exit code and text, and to print nothing on stdout. */
async function refused(argv: string[], code: number, ...texts: (string | RegExp)[]): Promise<string> {
  const run = await radar(...argv);
  expect(run.code, run.stderr).toBe(code);
  expect(run.stdout).toBe("");
  expect(run.stderr).not.toMatch(/\n {4}at /); // no stack
  for (const text of texts) expect(run.stderr).toMatch(text);
  return run.stderr;
}

function train(data: string, ...options: string[]): string[] {
  return ["train", data, "-o", folder.at("refused.onnx"), ...tinyTraining(1), ...options];
}

describe("a command line that is not understood ends with 2 and says what was meant", () => {
  const cases: [argv: string[], text: string | RegExp][] = [
    [["trian", "x"], /^radar: unknown command trian\. Did you mean train\?\nRun "radar --help"/],
    [["--verson"], "unknown option --verson."],
    [["train"], /^radar train: missing argument <data>: .*\nRun "radar train --help"/],
    [["detect", "m.onnx"], "missing argument <images>"],
    [["evaluate", "m.onnx", "a", "b"], 'unexpected argument "b"'],
    [["train", "x", "--imge-size", "32"], "unknown option --imge-size. Did you mean --image-size?"],
    [["train", "x", "--imageSize", "32"], "unknown option --imageSize. Did you mean --image-size?"],
    [["train", "x", "--size", "32"], "unknown option --size. Did you mean --image-size?"],
    [["export", "m.onnx", "--images", "x", "-o", "y"], "expected --int8, the form that there is, got none."],
    [["export", "m.onnx", "--int8", "-o", "y"], "expected --images and --output, got no images."],
    [["export", "m.onnx", "--int8", "--images", "x"], "expected --images and --output, got no output."],
    [
      ["export", "m.onnx", "--int8", "--images", "x", "-o", "y", "--max-loss", "2"],
      /--max-loss: expected .* <= 1, got 2/,
    ],
    [
      ["detect", "m.onnx", "x", "--device", "atuo"],
      '--device: expected one of auto, cpu, webgpu, cuda, dml, coreml, got "atuo". Did you mean "auto"?',
    ],
    [["serve", "--port", "http"], '--port: expected an integer >= 0, got "http".'],
    [
      ["serve", "--keep-pictures", "some"],
      '--keep-pictures: expected one of all, anomalous, none, got "some".',
    ],
    [["serve", "--queue", "0"], '--queue: expected an integer >= 1, got "0".'],
    [["serve", "models"], 'unexpected argument "models"'],
    [
      ["serve", "--redis", "127.0.0.1"],
      "--redis: expected redis://host:port or rediss://host:port, got another text.",
    ],
    [["worker"], "expected --redis, or RADAR_REDIS in the environment, got neither."],
    [
      ["worker", "--redis", "redis://127.0.0.1", "--only", "both"],
      '--only: expected one of scoring, training, got "both".',
    ],
    [
      ["token", "t.json", "--role", "king", "--name", "a"],
      '--role: expected one of viewer, operator, admin, got "king".',
    ],
    [["token", "t.json", "--role", "admin"], "expected --name and --role, got no name."],
    [["serve", "--watch", "inbox"], '--watch: expected <detector>=<folder>, got "inbox".'],
    [["serve", "--opcua", "opc"], '--opcua: expected an integer >= 1, got "opc".'],
    [["watch", "m.onnx"], "missing argument <folder>"],
    [
      ["watch", "m.onnx", "x", "--webhook", "http://h/"],
      "--webhook: expected a secret to sign with, got none.",
    ],
    [["calibrate", "m.onnx"], "missing argument <images>"],
    [
      ["calibrate", "m.onnx", "x", "--false-alarm-rate", "0"],
      '--false-alarm-rate: expected a number > 0, got "0".',
    ],
    [["train", "x", "--no-resume"], "unknown option --no-resume"],
    [["train", "x", "-x"], "unknown option -x"],
    [["train", "x", "--output"], "--output: expected a value, got none."],
    [["train", "x", "--output", "--json"], "--output: expected a value, got --json."],
    [["train", "x", "--json=maybe"], '--json: expected no value, got "maybe".'],
    [["train", "x", "--image-size", "large"], '--image-size: expected an integer >= 1, got "large".'],
    [["train", "x", "--seed", "1.5"], '--seed: expected an integer >= 0, got "1.5".'],
    [["train", "x", "--minutes", "0"], '--minutes: expected a number > 0, got "0".'],
    [
      ["train", "x", "--minutes", "1", "--steps", "1"],
      "--minutes and --steps: expected one of them, got both.",
    ],
    [
      ["train", "x", "--method", "rader"],
      '--method: expected one of radar, ddpm, ddim, one-step, vae, autoencoder-ssim, ganomaly, f-anogan, gaussian, pca, robust-pca, padim-lite, iforest, textured-surface, texture-forest, padim, patchcore, got "rader". Did you mean "radar"?',
    ],
    [["train", "x", "--region", "1,2,3"], '--region: expected [name=]x,y,width,height, got "1,2,3".'],
    [["train", "x", "--region", "a=0,0,0,5"], /regions\[0\]\.width: expected .* > 0, got 0/],
    [["train", "x", "--resolution", "half"], '--resolution: expected an integer >= 16, got "half".'],
    [["train", "x", "--preset", "quick"], "--preset: expected one of fast, balanced, accurate"],
    [
      ["train", "x", "--false-alarm-rate", "often"],
      '--false-alarm-rate: expected a number > 0, got "often".',
    ],
    [["train", "x", "--false-alarm-rate", "2"], /--false-alarm-rate: expected .* got 2/],
    [["train", "x", "--image-size", "33"], /--image-size: expected a multiple of \d+ pixels .* got 33/],
    [
      ["train", "x", "--image-size", "32", "--patch-size", "64"],
      /--patch-size: expected an integer .*<= 32, got 64/,
    ],
    [["detect", "m.onnx", "x", "--json", "--csv"], "expected one of --json, --jsonl and --csv"],
    [["detect", "m.onnx", "x", "--threshold", ""], "--threshold: expected a value, got none."],
  ];
  test.each(cases)("radar %j", async (argv, text) => {
    await refused(argv, 2, text);
  });

  test("radar alone explains itself", async () => {
    await refused([], 2, /COMMANDS/);
  });
});

describe("a configuration file that is not understood names itself and the entry", () => {
  const cases: [text: string, message: string | RegExp][] = [
    ["{", /config\.json: expected JSON, got /],
    ["[]", /config\.json: the file: /],
    ['{"imagesize": 3}', /config\.json: imagesize: .* unknown entry\. Did you mean imageSize\?/],
    ['{"preset": "quick"}', /config\.json: preset: /],
    ['{"steps": "many"}', /config\.json: steps: /],
    ['{"steps": 1, "minutes": 1}', "config.json: expected minutes or steps, got both."],
  ];
  test.each(cases)("%s", async (text, message) => {
    await refused(["train", set, "--config", folder.write("config.json", text)], 2, message, "[E_OPTION]");
  });

  test("a missing one is E_FILE", async () => {
    await refused(
      ["train", set, "--config", folder.at("none.json")],
      1,
      /none\.json: cannot read it: .*\[E_FILE\]/,
    );
  });
});

describe("data that cannot be learned from ends with 1, its code and where to read on", () => {
  test("a missing folder", async () => {
    const stderr = await refused(
      train(folder.at("nowhere")),
      1,
      /nowhere: expected a folder of images, got nothing/,
    );
    expect(stderr).toMatch(/ \[E_DATA\]\nsee docs\/errors\.md#e_data\n$/);
  });

  test("an empty folder", async () => {
    mkdirSync(folder.at("empty"));
    await refused(train(folder.at("empty")), 1, /empty: expected good images .* got none.*\[E_DATA\]/);
  });

  test("one image only", async () => {
    cpSync(`${good}/000.png`, folder.at("one", "000.png"));
    await refused(train(folder.at("one")), 1, /expected at least 2 good images .* got 1.*\[E_DATA\]/);
  });

  test("the same image many times", async () => {
    for (const name of ["a", "b", "c"]) cpSync(`${good}/000.png`, folder.at("same", `${name}.png`));
    await refused(train(folder.at("same")), 1, /expected good images that differ, got 3 times the same/);
  });

  test("a tenth of unreadable files is left out and listed; the model tells how many", async () => {
    const data = folder.at("few-bad");
    cpSync(good, data, { recursive: true });
    const empty = folder.write("few-bad/zero.png", "");
    const output = folder.at("few-bad.onnx");
    const run = await radar("train", data, "-o", output, ...tinyTraining(1), "--json");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain(`skipped ${empty}: expected an image, got an empty file (0 bytes).`);
    expect(JSON.parse(run.stdout).skipped).toEqual([{ path: empty, reason: expect.any(String) }]);
    expect(JSON.parse((await radar("inspect", output, "--json")).stdout).training.skipped).toBe(1);
  });

  test("more unreadable files stop the training, with the reason of each", async () => {
    const data = folder.at("many-bad");
    cpSync(good, data, { recursive: true });
    folder.write("many-bad/text.jpg", "not an image");
    const cut = folder.at("many-bad", "cut.png");
    cpSync(`${good}/000.png`, cut);
    truncateSync(cut, 400);
    await refused(
      train(data),
      1,
      "expected files that can be read (at most 10 % may fail), got 2 of 14 that cannot",
      /cut\.png: expected a whole PNG image, got a damaged, truncated/,
      /text\.jpg: expected a JPEG, PNG, .* none of these/,
      "[E_DATA]",
    );
  });

  test("images smaller than the patch that is asked for", async () => {
    await refused(
      [
        "train",
        good,
        "-o",
        folder.at("refused.onnx"),
        "--image-size",
        "64",
        "--patch-size",
        "64",
        "--steps",
        "1",
      ],
      1,
      /expected at least 64 x 64 pixels, one patch, got \d+ x \d+\..*\[E_DATA\]/s,
    );
  });

  test("a false-alarm rate that the sample cannot support, with the one it can", async () => {
    await refused(train(set, "--false-alarm-rate", "0.01"), 1, /0\.2 .*got 0\.01.*\[E_FALSE_ALARM_RATE\]/);
  });

  test("nothing of all that wrote a model", () => {
    expect(existsSync(folder.at("refused.onnx"))).toBe(false);
  });
});

describe("files that cannot be written are noticed before the work", () => {
  test("a model file in a folder that is not there", async () => {
    const output = folder.at("not-there", "model.onnx");
    const stderr = await refused(
      ["train", set, "-o", output, ...tinyTraining(1)],
      1,
      "does not exist",
      "[E_FILE]",
    );
    expect(stderr).not.toContain("reading");
  });

  test("a model file where a folder is", async () => {
    await refused(["train", set, "-o", set, ...tinyTraining(1)], 1, /it is a folder.*\[E_FILE\]/);
  });

  test("a report in a folder that is not there", async () => {
    const report = folder.at("not-there", "report.html");
    const stderr = await refused(
      ["evaluate", model, set, "--report", report],
      1,
      "does not exist",
      "[E_FILE]",
    );
    expect(stderr).not.toContain("scoring");
  });

  test("overlays that would overwrite the images", async () => {
    const before = readFileSync(`${good}/000.png`);
    await refused(
      ["detect", model, good, "-o", good],
      1,
      /got one of the files that this run reads\..*\[E_FILE\]/,
    );
    expect(readFileSync(`${good}/000.png`).equals(before)).toBe(true);
  });

  test("outputs in the place of something that somebody made", async () => {
    const photo = `${good}/000.png`;
    const [before, trained] = [readFileSync(photo), readFileSync(model)];
    cpSync(photo, folder.at("photos", "000.png"));
    const config = folder.write("run.json", '{"seed": 1}');
    const refusals: [argv: string[], text: RegExp][] = [
      [["train", set, "-o", photo, ...tinyTraining(1)], /one of the files that this run reads/],
      [["train", set, "-o", config, "--config", config, ...tinyTraining(1)], /holds something else/],
      [["evaluate", model, set, "--report", model], /one of the files that this run reads/],
      [["evaluate", model, set, "--report", photo], /one of the files that this run reads/],
      [["detect", model, photo, "-o", folder.at("photos")], /photos.000\.png: .*holds something else/],
      [
        ["benchmark", set, "--report", photo, "--cache", folder.at("cache")],
        /one of the files that this run reads/,
      ],
      [["calibrate", model, good, "-o", photo], /one of the files that this run reads/],
      [["calibrate", model, good, "-o", config], /holds something else/],
      [["benchmark", set, "--output", model, "--cache", folder.at("cache")], /holds something else/],
    ];
    for (const [argv, text] of refusals) await refused(argv, 1, text, "[E_FILE]");
    await refused(
      ["calibrate", model, good, "--false-alarm-rate", "0.01"],
      1,
      /at least 99 pictures of good parts .*, got 12\..* \[E_FALSE_ALARM_RATE\]/,
    );
    expect(readFileSync(photo).equals(before)).toBe(true);
    expect(readFileSync(folder.at("photos", "000.png")).equals(before)).toBe(true);
    expect(readFileSync(model).equals(trained)).toBe(true);
    expect(readFileSync(config, "utf8")).toBe('{"seed": 1}');
    for (let run = 0; run < 2; run++) {
      const again = await radar("detect", model, photo, "-o", folder.at("twice"), "--threads", "1");
      expect(again.code, again.stderr).toBe(0);
    }
  });

  test("overlays where a file is", async () => {
    await refused(["detect", model, good, "-o", model], 1, /a file of that name is there.*\[E_FILE\]/);
  });
});

describe("models that are none", () => {
  const x = input("x", "float32", [1]);
  const foreign = encodeModel(buildGraph({ name: "foreign", inputs: [x], outputs: { y: neg(x) } }));
  const cases: [name: string, content: Uint8Array | string | null, text: RegExp][] = [
    ["missing.onnx", null, /missing\.onnx: expected a model file, got nothing there\. \[E_FILE\]/],
    ["text.onnx", "hello", /text\.onnx: expected an ONNX file, got 5 bytes that are none.*\[E_ONNX\]/],
    ["empty.onnx", "", /empty\.onnx: expected an ONNX file, got 0 bytes.*\[E_ONNX\]/],
    ["foreign.onnx", foreign, /foreign\.onnx: expected a detector of radar-ad, .* inputs x.*\[E_ONNX\]/],
  ];
  test.each(cases)("%s is refused by every command that takes a model", async (name, content, text) => {
    const path = content === null ? folder.at(name) : folder.write(name, content);
    await refused(["detect", path, good], 1, text);
    await refused(["evaluate", path, set], 1, text);
    await refused(["inspect", path], 1, text);
    await refused(["verify", path], 1, text);
    await refused(["calibrate", path, good], 1, text);
    await refused(["export", path, "--int8", "--images", good, "-o", folder.at("int8.onnx")], 1, text);
    await refused(["watch", path, good], 1, name === "missing.onnx" ? text : /./);
  });

  test("a folder is none, nor is a model that was cut off", async () => {
    await refused(["inspect", set], 1, /expected a model file, got a folder/);
    cpSync(model, folder.at("cut.onnx"));
    truncateSync(folder.at("cut.onnx"), 100_000);
    await refused(["detect", folder.at("cut.onnx"), good], 1, /cut\.onnx: expected an ONNX file.*\[E_ONNX\]/);
  });

  test("a model of which three bytes were changed is refused by every command that takes one", async () => {
    const bytes = readFileSync(model);
    for (const share of [0.3, 0.5, 0.7]) bytes[Math.floor(share * bytes.length)]! ^= 0x7f;
    const path = folder.write("damaged.onnx", bytes);
    const text =
      /damaged\.onnx: expected the bytes that were written.*The file was damaged or changed.*\[E_ONNX\]/;
    await refused(["detect", path, good], 1, text);
    await refused(["detect", path, good, "--json"], 1, text);
    await refused(["evaluate", path, set], 1, text);
    await refused(["inspect", path], 1, text);
    await refused(["verify", path], 1, text);
    await refused(["calibrate", path, good], 1, text);
  });

  test("a device that this machine does not offer", async () => {
    const other = process.platform === "win32" ? "coreml" : "dml";
    await refused(
      ["detect", model, good, "--device", other],
      1,
      /expected one that this machine offers \(cpu.*\[E_BACKEND\]/,
    );
  });
});

describe("images and test sets that cannot be scored", () => {
  test("a path that does not exist, and a folder without images", async () => {
    await refused(
      ["detect", model, folder.at("nope")],
      1,
      /nope: expected an image, a folder or a glob that exists/,
    );
    mkdirSync(folder.at("no-images"));
    await refused(["detect", model, folder.at("no-images")], 1, /expected images .* got none\. \[E_DATA\]/);
    await refused(
      ["detect", model, `${folder.at("no-images")}/*.png`],
      1,
      /that this pattern matches, got none/,
    );
  });

  test("a folder without a test set", async () => {
    await refused(
      ["evaluate", model, good],
      1,
      /expected images to measure with, .* can be scored \(detect\), not evaluated\. \[E_DATA\]/,
    );
  });

  test.each([
    ["that cannot be read", "no mask", /its mask .*000_mask\.png: expected a JPEG/],
    [
      "of another size than its image",
      wideMask,
      /its mask .*000_mask\.png: expected 40 x 40 pixels, as its image has, got 42 x 40\./,
    ],
  ])("a mask %s takes its image out, and too many stop the evaluation", async (_, content, reason) => {
    const copy = folder.at("bad-masks");
    rmSync(copy, { recursive: true, force: true });
    cpSync(set, copy, { recursive: true });
    folder.write("bad-masks/ground_truth/blob/000_mask.png", content);
    await refused(["evaluate", model, copy, "--json"], 1, /got 1 of 9 that cannot/, reason);
    for (const name of ["gap", "scorch"]) rmSync(`${copy}/test/${name}`, { recursive: true });
    for (let i = 0; i < 10; i++) cpSync(`${good}/000.png`, `${copy}/test/good/more-${i}.png`);
    const run = await radar("evaluate", model, copy, "--json", "--threads", "1");
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toMatch(/^skipped .*blob.000\.png: its mask /m);
    expect(JSON.parse(run.stdout)).toMatchObject({
      images: 16,
      skipped: [{ path: `${copy}/test/blob/000.png` }],
    });
  });
});

test("--debug prints the stack and the cause of an error", async () => {
  const run = await radar("inspect", folder.at("text.onnx"), "--debug");
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/\n {4}at .*\ncaused by /s);
});

test("radar serve names the folder, the file of tokens and the address that it cannot use", async () => {
  const missing = folder.at("no-models");
  await refused(["serve", "--models", missing, "--port", "0"], 1, /no-models: cannot read it: .*\[E_FILE\]/);
  const models = folder.at("models");
  mkdirSync(models);
  await refused(
    ["serve", "--models", models, "--tokens", folder.at("none.json")],
    1,
    /none\.json: cannot read it: .*\[E_FILE\]/,
  );
  await refused(
    ["serve", "--models", models, "--tokens", folder.write("t.json", "{}")],
    2,
    /expected a file that radar token wrote.*\[E_OPTION\]/,
  );
  await refused(
    ["serve", "--models", models, "--host", "0.0.0.0"],
    2,
    /expected tokens for a server that others reach/,
  );
});
