/** What the tests ask of the library in a browser; they call it by name. */
import * as web from "../../src/web/index.ts";

/** A detection as plain data. */
interface Said {
  readonly score: number;
  readonly pValue: number;
  readonly isAnomalous: boolean;
  readonly map: number[];
}

const pngOf = async (url: string): Promise<Blob> => (await fetch(url)).blob();

const said = ({ anomalyScore, pValue, isAnomalous, anomalyMap }: web.Detection): Said => ({
  score: anomalyScore,
  pValue,
  isAnomalous,
  map: Array.from(anomalyMap.data),
});

/** A picture in every form that a page has it in. */
async function formsOf(blob: Blob): Promise<Record<string, web.WebPicture>> {
  const bitmap = await createImageBitmap(blob);
  const { width, height } = bitmap;
  const offscreen = new OffscreenCanvas(width, height);
  offscreen.getContext("2d")?.drawImage(bitmap, 0, 0);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context?.drawImage(bitmap, 0, 0);
  const imageData = context?.getImageData(0, 0, width, height) ?? new ImageData(1, 1);
  const image = new Image();
  image.src = URL.createObjectURL(blob);
  await image.decode();
  const frame = { width, height, data: imageData.data, format: "rgba" } as const;
  return {
    blob,
    bitmap,
    offscreen,
    canvas,
    imageData,
    image,
    frame,
    videoFrame: new VideoFrame(bitmap, { timestamp: 0 }),
  };
}

const failure = async (work: Promise<unknown>): Promise<{ code: string; name: string; message: string }> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof web.RadarError)
      return { code: error.code, name: error.name, message: error.message };
    return { code: "", name: "other", message: String(error) };
  }
  return { code: "", name: "none", message: "" };
};

const program = {
  /** What a model says of a picture in every form, and where. */
  async detect(model: string, picture: string, device: web.WebDeviceChoice, names: readonly string[]) {
    const progress: web.LoadProgress[] = [];
    const detector = await web.loadDetector(model, { device, onProgress: (at) => progress.push(at) });
    const forms = await formsOf(await pngOf(picture));
    const detections: Record<string, Said> = {};
    for (const [name, form] of Object.entries(forms))
      if (names.includes(name)) detections[name] = said(await detector.detectOne(form));
    const { check, fallback, description } = detector;
    await detector.dispose();
    const afterDispose = await failure(detector.detectOne(await pngOf(picture)));
    return {
      device: detector.device,
      check,
      fallback,
      name: description.name,
      progress: progress.at(-1),
      detections,
      afterDispose,
    };
  },

  /** Threads of a model that was asked for two of them, what it says of a picture, and milliseconds of each of some more calls. */
  async threads(model: string, picture: string, calls: number) {
    const detector = await web.loadDetector(model, { device: "wasm", threads: 2 });
    const blob = await pngOf(picture);
    const { score } = said(await detector.detectOne(blob));
    const milliseconds: number[] = [];
    for (let i = 0; i < calls; i++) {
      const started = performance.now();
      await detector.detectOne(blob);
      milliseconds.push(performance.now() - started);
    }
    await detector.dispose();
    return { threads: detector.threads, score, milliseconds };
  },

  /** What is said of what cannot be loaded or scored. */
  async refusals(model: string, damaged: string) {
    const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
    const stopped = new AbortController();
    stopped.abort("enough");
    const detector = await web.loadDetector(bytes, { device: "wasm" });
    const refused = {
      missing: await failure(web.loadDetector("nowhere.onnx")),
      foreign: await failure(web.loadDetector(new Blob(["no model"]))),
      truncated: await failure(web.loadDetector(bytes.slice(0, 1000))),
      damaged: await failure(web.loadDetector(damaged)),
      stopped: await failure(web.loadDetector(model, { signal: stopped.signal })),
      noPicture: await failure(detector.detectOne(new Blob(["no picture"]))),
      // @ts-expect-error: a JavaScript caller's
      option: await failure(web.loadDetector(model, { device: "tpu" })),
    };
    await detector.dispose();
    return refused;
  },

  /** Pixels of a picture as the browser decodes it, red-green-blue-alpha. */
  async pixels(url: string) {
    const bitmap = await createImageBitmap(await pngOf(url));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return Array.from(context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? []);
  },

  /** What becomes of model files: the error's code, or whether the model passes its own check. */
  async load(models: readonly string[]) {
    const found: Record<string, { error: string; isWithinTolerance: boolean | null }> = {};
    for (const model of models) {
      try {
        const detector = await web.loadDetector(model, { device: "wasm" });
        found[model] = { error: "", isWithinTolerance: detector.check.isWithinTolerance };
        await detector.dispose();
      } catch (error) {
        const text = error instanceof web.RadarError ? `${error.message} [${error.code}]` : String(error);
        found[model] = { error: text, isWithinTolerance: null };
      }
    }
    return found;
  },

  /** Trains on pictures; the model as text, to be carried out. */
  async train(pictures: string[], settings: web.WebTrainOptions) {
    const steps: number[] = [];
    const stages: string[] = [];
    let seen = { done: 0, total: 0 };
    const blobs = await Promise.all(pictures.map(pngOf));
    const options = {
      ...settings,
      onProgress: ({ step }: web.WebTrainProgress) => steps.push(step),
      onStage: (stage: string) => stages.push(stage),
      onStageProgress: (progress: web.StageProgress) => {
        seen = progress;
      },
    };
    const { model, description, heldOut, skipped, device, fallback } = await web.train(
      [...blobs, new Blob(["no picture"])],
      options,
    );
    const { name } = description;
    return { model: Array.from(model), name, heldOut, skipped, device, fallback, steps, stages, seen };
  },

  /** Loads, scores and disposes so many times. */
  async cycles(model: string, picture: string, count: number) {
    const blob = await pngOf(picture);
    const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
    for (let i = 0; i < count; i++) {
      const detector = await web.loadDetector(bytes, { device: "wasm" });
      await detector.detectOne(blob);
      await detector.dispose();
    }
  },
};

/** The program. */
export type LibraryProgram = typeof program;

Object.assign(globalThis, { program });
