/** A training on the thread that asks for it. */
import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { checkAborted } from "../base/abort.ts";
import { imageResizer } from "../detectors/image-resizer.ts";
import { areaAtSize, goodPictures, lookOf, meanPicture, onlyArea, shareLooked } from "../detectors/index.ts";
import { type HeldOutImage, prepareMethod, smallestSizePx, trainDetector } from "../methods/index.ts";
import type { LossPoint } from "../report/loss-chart.ts";
import { nodeBackend } from "../runtime/node.ts";
import { checkWritable, writeFileAtomic } from "./atomic-file.ts";
import { withBackbone } from "./backbone-file.ts";
import { checkpointPathOf, readCheckpoint } from "./checkpoint-file.ts";
import { pathOf } from "./file-input.ts";
import { findPart } from "./find-part.ts";
import { windowCutter } from "./full-size.ts";
import { groupNames, groupPattern } from "./image-groups.ts";
import { depthOfImages } from "./images-depth.ts";
import { loadImages } from "./load-images.ts";
import { checkOutputs } from "./output-path.ts";
import { namedImage } from "./picture.ts";
import { readArea } from "./read-area.ts";
import { softwareVersions } from "./software-versions.ts";
import { coarseNote, tilesAt } from "./tiles.ts";
import type { TrainOptions, TrainSummary } from "./train-options.ts";
import { trainingBackend } from "./training-backend.ts";
import { trainingReport } from "./training-report.ts";
import { type PlainData, trainingSource } from "./training-source.ts";
import { longerSide, typicalSize } from "./typical-size.ts";

/** As {@link train}, on this thread, with options that were checked. */
export async function trainHere(
  data: PlainData,
  options: Omit<TrainOptions, "worker">,
): Promise<TrainSummary> {
  const { device, threads, resolution, locate = "auto", signal, onStage } = options;
  const started = now();
  checkAborted(signal, "training");
  const methodOptions = await withBackbone(options);
  const pattern = options.group === undefined ? undefined : groupPattern(options.group);
  prepareMethod(methodOptions, Number.MAX_SAFE_INTEGER); // what is wrong for images of any size is said before they are read
  const output = options.output === undefined ? null : pathOf("output", options.output);
  const backbonePath = options.backbone && pathOf("backbone", options.backbone);
  const checkpointPath = output === null ? null : checkpointPathOf(output);
  const report = options.report === undefined ? null : pathOf("report", options.report);
  const outputs = [
    ...(output === null ? [] : [{ path: output, kind: "model" } as const]),
    ...(checkpointPath === null ? [] : [{ path: checkpointPath, kind: "checkpoint" } as const]),
    ...(report === null ? [] : [{ path: report, kind: "report" } as const]),
  ];
  for (const { path } of outputs) await checkWritable(path);
  const backend = trainingBackend({ ...(device && { device }), ...(threads && { threads }) });
  const { name, root, pictures, files, notes } = await trainingSource(data, options.good);
  await checkOutputs(outputs, backbonePath === undefined ? files : [...files, backbonePath]);
  const resume = options.resume && checkpointPath ? await readCheckpoint(checkpointPath) : undefined;
  if (options.resume && resume === undefined)
    onStage?.(`no checkpoint at ${checkpointPath}: starting from the beginning`);

  for (const note of notes) onStage?.(note);
  onStage?.(`reading ${pictures.length} good images of ${name}`);
  const depth = await depthOfImages(pictures, { bits: options.bits, signal });
  const typical = await typicalSize(pictures, depth);
  const side = longerSide(typical);
  const scale = resolution === undefined || resolution === "full" ? 1 : Math.min(1, resolution / side);
  const prepared = prepareMethod(methodOptions, Math.floor(side * scale));
  const { imageSize, preset, batchSize } = prepared.options;
  const preparing = nodeBackend({ ...(threads && { threads }) });
  const found = await findPart(pictures, {
    backend: preparing,
    mode: locate,
    depth,
    signal,
  });
  const part = found.part ?? undefined;
  if (locate !== "off")
    onStage?.(
      `${part ? "finding the part in each picture" : "pictures are taken as they lie"}: ${found.reason}`,
    );
  const seen = { size: typical, part, tilePx: imageSize };
  const tiles = resolution === undefined ? undefined : tilesAt(scale, seen);
  const lost = tiles ? undefined : coarseNote(seen);
  if (lost !== undefined) onStage?.(lost);
  const grid = tiles && part === undefined ? { scale } : { sidePx: tiles?.framePx ?? imageSize };
  const drawn = await readArea(pictures, options, { backend: preparing, grid, part, depth });
  if (drawn !== undefined) {
    onStage?.(
      `looking at ${Math.round(100 * shareLooked(drawn.area))} % of a picture, as drawn on ${drawn.drawnOn}`,
    );
  }
  const square = { width: imageSize, height: imageSize };
  const ofPart = drawn || tiles || !found.area ? undefined : areaAtSize(found.area, square);
  if (ofPart !== undefined) {
    onStage?.(
      `judging the part, ${Math.round(100 * shareLooked(ofPart))} % of its frame, and not the ground around it`,
    );
  }
  const resizer = await imageResizer(preparing, imageSize, { part });
  const cutting = { tilePx: imageSize, pictures: pictures.length, seed: prepared.options.seed };
  const look = { part, area: drawn?.area };
  const cutter = tiles && (await windowCutter(preparing, { ...cutting, look: { ...look, tiles } }));
  const { images, skipped } = await loadImages(pictures, {
    transform: async (image) => ({
      look: lookOf(image),
      planes: await resizer.resize(image),
      windows: await cutter?.cut(image),
    }),
    depth,
    smallestSidePx: options.patchSize ?? smallestSizePx,
    ...(signal && { signal }),
  })
    .finally(() => resizer.dispose())
    .finally(() => cutter?.dispose());
  for (const { path, reason } of skipped) onStage?.(`skipped ${path}: ${reason}`);

  const planes = images.map(({ image }) => image.planes);
  const windows = cutter && images.map(({ image }) => image.windows ?? []);
  const looked = drawn?.area ?? ofPart;
  const mean = report !== null || (drawn && !windows) ? meanPicture(planes) : undefined;
  const filling = drawn && !windows ? mean : undefined;
  const area = looked && { ...looked, filling, isOfPart: ofPart !== undefined };
  const pathAt = (index: number) => images[index]?.path ?? "";
  const scored = ({ index, anomalyScore }: HeldOutImage) => ({ path: pathAt(index), anomalyScore });
  const relativePaths = images.map(({ path }) => relative(root, path));

  const byName = new Map(
    pictures.map((picture, i) => [typeof picture === "string" ? picture : `images[${i}]`, picture]),
  );
  const read = async (path: string) => (await namedImage(byName.get(path) ?? "", "image", depth)).image;
  const fullSize = windows && {
    windows: windows.map((list) => list.map(({ pixels }) => pixels)),
    looked: area && windows.map((list) => list.flatMap(({ looked }) => looked ?? [])),
    whole: (index: number) => read(pathAt(index)),
  };
  const retaking = part && !windows ? await imageResizer(preparing, imageSize, { part }) : undefined;
  const size = cutter ? `tiles of ${imageSize} px` : `${imageSize} px`;
  onStage?.(`training on ${images.length} images at ${size} (${prepared.method}, ${preset})`);
  let trainingSeconds = 0;
  let stepsOfRun = 0;
  const losses: LossPoint[] = [];
  const groups = pattern && groupNames(relativePaths, pattern);
  const pictureAt = rememberingLast((index: number) => read(pathAt(index)));
  const { model, description, heldOut, odd, copies } = await trainDetector(
    area && filling ? planes.map((image) => onlyArea(image, filling, area.data)) : planes,
    prepared,
    {
      backend,
      now,
      name: options.name ?? name,
      skipped: skipped.length,
      pictures: goodPictures(
        images.map(({ image }) => image.look),
        depth,
      ),
      software: softwareVersions(),
      look: { part, area, tiles },
      fullSize,
      retaken: retaking && (async (index, change) => retaking.resizeChanged(await pictureAt(index), change)),
      resume,
      signal,
      keepOdd: options.keepOdd,
      tolerance: options.tolerance,
      groups,
      networks: options.networks,
      onProgress: (progress) => {
        ({ seconds: trainingSeconds, stepsOfRun } = progress);
        if (report !== null) losses.push({ step: progress.step, loss: progress.loss });
        const imagesPerSecond = (stepsOfRun * batchSize) / trainingSeconds;
        options.onProgress?.({ ...progress, imagesPerSecond });
      },
      onStage,
      onStageProgress: options.onStageProgress,
      ...(checkpointPath !== null && { saveCheckpoint: (bytes) => writeFileAtomic(checkpointPath, bytes) }),
    },
  ).finally(() => retaking?.dispose());
  checkAborted(signal, "training");
  if (output !== null) await writeFileAtomic(output, model);
  if (checkpointPath !== null) await rm(checkpointPath, { force: true });
  const { steps, finalLoss } = description.training;
  const summary: TrainSummary = {
    model,
    output,
    description,
    steps,
    seconds: now() - started,
    stepsPerSecond: trainingSeconds > 0 ? stepsOfRun / trainingSeconds : 0,
    finalLoss,
    parameters: description.parameters,
    skipped,
    heldOut: heldOut.map(scored),
    odd: odd.map(scored),
    copies: copies.map(([a, b]) => [pathAt(a), pathAt(b)] as const),
  };
  if (report === null || mean === undefined) return summary;
  onStage?.("drawing the report");
  const html = await trainingReport({
    summary,
    data: root === "" ? name : root,
    command: options.command,
    looks: images.map(({ image }) => image.look),
    groups: groups === undefined ? null : new Set(groups).size,
    study: locate === "off" ? null : found,
    mean,
    area,
    drawnOn: drawn?.drawnOn,
    tiles,
    losses,
    read,
    threads,
  });
  await writeFileAtomic(report, html);
  return summary;
}

function now(): number {
  return performance.now() / 1000;
}

/** Looks up, but not again what was looked up last: copies of one picture are made one after the other. */
function rememberingLast<K, T>(lookUp: (key: K) => Promise<T>): (key: K) => Promise<T> {
  let last: { readonly key: K; readonly found: Promise<T> } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, found: lookUp(key) };
    return last.found;
  };
}
