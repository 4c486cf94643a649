/** Teaching: good pictures in, a detector out. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { type Fact, Facts } from "../ui/facts.tsx";
import { FileChoice } from "../ui/file-choice.tsx";
import { HeldOutScores, LossCurve } from "../ui/plots.tsx";
import { messageOf, Problem } from "../ui/problem.tsx";
import { saveFile } from "../ui/save-file.ts";
import { short } from "../ui/short.ts";
import { StageBar } from "../ui/stage-bar.tsx";
import { texts } from "../ui/texts.ts";
import {
  AbortError,
  estimateTraining,
  type StageProgress,
  train,
  type WebTrained,
  type WebTrainOptions,
  type WebTrainProgress,
} from "../web/index.ts";

const words = texts.teach;
const kinds = ["padim-lite", "radar"] as const;
const sizes = [64, 96, 160] as const;

/** What is to become of the model. */
export interface TeachProps {
  readonly onUse: (model: Uint8Array) => void;
}

/** What is being done. */
type Doing = "nothing" | "estimating" | "training";

/** See {@link TeachProps}. */
export function Teach({ onUse }: TeachProps): JSX.Element {
  const [pictures, setPictures] = useState<readonly File[]>([]);
  const [name, setName] = useState("parts");
  const [method, setMethod] = useState<(typeof kinds)[number]>("padim-lite");
  const [imageSize, setImageSize] = useState<(typeof sizes)[number]>(96);
  const [doing, setDoing] = useState<Doing>("nothing");
  const [estimate, setEstimate] = useState<number | null>(null);
  const [stage, setStage] = useState("reading");
  const [stageProgress, setStageProgress] = useState<StageProgress | null>(null);
  const [progress, setProgress] = useState<WebTrainProgress | null>(null);
  const [losses, setLosses] = useState<readonly number[]>([]);
  const [trained, setTrained] = useState<WebTrained | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const stopping = useRef(new AbortController());

  const options = (): WebTrainOptions => {
    stopping.current = new AbortController();
    return { name: name.trim() || "parts", method, imageSize, signal: stopping.current.signal };
  };
  const doIt = async (what: Exclude<Doing, "nothing">, work: () => Promise<void>): Promise<void> => {
    setProblem(null);
    setDoing(what);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AbortError)) setProblem(messageOf(error));
    } finally {
      setDoing("nothing");
    }
  };
  const measure = (): Promise<void> =>
    doIt("estimating", async () => setEstimate(await estimateTraining(pictures, options())));
  const start = (): Promise<void> =>
    doIt("training", async () => {
      setLosses([]);
      setProgress(null);
      const onProgress = (at: WebTrainProgress): void => {
        setProgress(at);
        setLosses((before) => (at.step === 1 ? [at.loss] : [...before, at.loss]));
      };
      const onStage = (name: string): void => {
        setStage(name);
        setStageProgress(null);
      };
      const listener = { onProgress, onStage, onStageProgress: setStageProgress };
      setTrained(await train(pictures, { ...options(), ...listener }));
    });
  const changed = (): void => setEstimate(null);

  if (trained !== null) {
    const again = (): void => {
      setTrained(null);
      setEstimate(null);
    };
    return <Result trained={trained} onUse={onUse} onAgain={again} />;
  }
  const isBusy = doing !== "nothing";
  return (
    <main class="teach">
      <FileChoice
        label={words.drop}
        hint={pictures.length > 0 ? words.count(pictures.length) : words.dropHint}
        accept="image/*"
        isMultiple
        onFiles={(files) => {
          setPictures((before) => [...before, ...files]);
          changed();
        }}
      />
      {pictures.length > 0 && pictures.length < 20 && <p class="note">{words.few}</p>}
      {pictures.length > 200 && <p class="note">{words.many}</p>}
      <fieldset disabled={isBusy}>
        <label>
          {words.name}
          <input value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          {words.kind}
          <select
            value={method}
            onChange={(event) => {
              setMethod(kinds.find((kind) => kind === event.currentTarget.value) ?? "padim-lite");
              changed();
            }}
          >
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {words.kinds[kind]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.size}
          <select
            value={imageSize}
            onChange={(event) => {
              setImageSize(sizes.find((size) => String(size) === event.currentTarget.value) ?? 96);
              changed();
            }}
          >
            {sizes.map((size) => (
              <option key={size} value={size}>
                {words.sizes[size]}
              </option>
            ))}
          </select>
        </label>
      </fieldset>
      <div class="actions">
        {!isBusy && method === "radar" && estimate === null && (
          <button type="button" class="primary" disabled={pictures.length < 2} onClick={() => void measure()}>
            {words.estimate}
          </button>
        )}
        {!isBusy && (method !== "radar" || estimate !== null) && (
          <button type="button" class="primary" disabled={pictures.length < 2} onClick={() => void start()}>
            {estimate === null ? words.start : words.startNow(texts.time(estimate))}
          </button>
        )}
        {isBusy && (
          <button type="button" onClick={() => stopping.current.abort()}>
            {words.stop}
          </button>
        )}
      </div>
      <Problem text={problem} />
      {doing === "estimating" && <p role="status">{words.estimating}</p>}
      {doing === "training" && (
        <Progress stage={stage} seen={stageProgress} progress={progress} losses={losses} />
      )}
    </main>
  );
}

function Progress({
  stage,
  seen,
  progress,
  losses,
}: {
  readonly stage: string;
  readonly seen: StageProgress | null;
  readonly progress: WebTrainProgress | null;
  readonly losses: readonly number[];
}): JSX.Element {
  const left = progress && (progress.seconds / progress.step) * (progress.totalSteps - progress.step);
  return (
    <section class="progress">
      <p role="status">{words.stages[stage] ?? stage}</p>
      <StageBar progress={seen} />
      {progress && (
        <>
          <progress
            max={progress.totalSteps}
            value={progress.step}
            aria-label={words.step(progress.step, progress.totalSteps)}
          />
          <p class="note">
            {words.step(progress.step, progress.totalSteps)}
            {left !== null && left > 0 && `, ${words.left(texts.time(left))}`}
          </p>
          <LossCurve losses={losses} />
        </>
      )}
    </section>
  );
}

function Result({
  trained,
  onUse,
  onAgain,
}: {
  readonly trained: WebTrained;
  readonly onUse: (model: Uint8Array) => void;
  readonly onAgain: () => void;
}): JSX.Element {
  const { model, description, heldOut, skipped, seconds, device, fallback } = trained;
  const { calibration, training } = description;
  const facts: readonly Fact[] = [
    [words.facts.learned, words.count(training.images)],
    [words.facts.heldOut, words.count(calibration.images)],
    [words.facts.threshold, short(calibration.threshold)],
    [words.facts.falseAlarms, `${short(100 * calibration.falseAlarmRate)} %`],
    ...(training.steps > 0 ? [[words.facts.steps, String(training.steps)] as const] : []),
    [words.facts.time, texts.time(seconds)],
    [words.facts.where, words.devices[device]],
    ...(skipped.length > 0 ? [[words.facts.skipped, words.count(skipped.length)] as const] : []),
  ];
  const download = (): void =>
    saveFile(new Blob([new Uint8Array(model)]), `${description.name.replaceAll(/[^\w-]+/g, "-")}.onnx`);
  return (
    <main class="teach result">
      <h2>{words.done}</h2>
      <Facts facts={facts} />
      {fallback && <p class="note">{texts.inspect.fallback(fallback.slice(0, 160))}</p>}
      <HeldOutScores
        scores={heldOut.map(({ anomalyScore }) => anomalyScore)}
        threshold={calibration.threshold}
      />
      <div class="actions">
        <button type="button" class="primary" onClick={download}>
          {words.download}
        </button>
        <button type="button" onClick={() => onUse(model)}>
          {words.use}
        </button>
        <button type="button" class="link" onClick={onAgain}>
          {words.again}
        </button>
      </div>
    </main>
  );
}
