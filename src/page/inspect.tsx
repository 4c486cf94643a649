/** Inspecting: a model, then pictures or the camera. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Detection, WebDetector, WebPicture } from "../web/index.ts";
import { useCamera } from "./camera.ts";
import { FileChoice } from "./file-choice.tsx";
import { HeatMap } from "./heat-map.tsx";
import { texts } from "./texts.ts";
import { short, Verdict } from "./verdict.tsx";

const words = texts.inspect;

/** A picture that was chosen, and what is said of it. */
interface Inspected {
  readonly name: string;
  readonly url: string;
  readonly detection: Detection | null;
  readonly error: string | null;
}

/** What is inspected with. */
export interface InspectProps {
  readonly detector: WebDetector;
  readonly onOtherModel: () => void;
}

/** See {@link InspectProps}. */
export function Inspect({ detector, onOtherModel }: InspectProps): JSX.Element {
  const { calibration, name } = detector.description;
  const [pictures, setPictures] = useState<readonly Inspected[]>([]);
  const [chosen, setChosen] = useState(0);
  const [opacity, setOpacity] = useState(0.7);
  const [wantsCamera, setWantsCamera] = useState(false);
  const [seen, setSeen] = useState<Detection | null>(null);
  const [rate, setRate] = useState(0);
  const [aspect, setAspect] = useState(1); // width / height of what is shown
  const times = useRef<number[]>([]);
  const camera = useCamera(wantsCamera, async (video) => {
    setSeen(await detector.detectOne(video, { name: "camera" }));
    times.current = [...times.current, performance.now()].slice(-20);
    const [first = 0] = times.current;
    const took = performance.now() - first;
    if (took > 0) setRate((1000 * (times.current.length - 1)) / took);
  });

  const inspect = async (files: readonly File[]): Promise<void> => {
    setWantsCamera(false);
    const fresh = files.map(({ name: file }, i) => ({
      name: file,
      url: URL.createObjectURL(files[i] ?? new Blob()),
      detection: null,
      error: null,
    }));
    setPictures((before) => [...fresh, ...before]);
    setChosen(0);
    for (const [i, file] of files.entries()) {
      const found = await said(detector, file, file.name);
      setPictures((before) =>
        before.map((picture) => (picture.url === fresh[i]?.url ? { ...picture, ...found } : picture)),
      );
    }
  };

  const picture = wantsCamera ? undefined : pictures[chosen];
  const detection = wantsCamera ? seen : (picture?.detection ?? null);
  return (
    <main class="inspect">
      <div class="stage">
        {wantsCamera || picture ? (
          <div class="view" style={{ aspectRatio: aspect, width: `min(100%, ${72 * aspect}dvh)` }}>
            {wantsCamera && (
              <video
                ref={camera.video}
                muted
                playsInline
                class="picture"
                onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) =>
                  setAspect(videoWidth / videoHeight)
                }
              />
            )}
            {picture && (
              <img
                class="picture"
                src={picture.url}
                alt={picture.name}
                onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
                  setAspect(naturalWidth / naturalHeight)
                }
              />
            )}
            <HeatMap
              map={detection?.anomalyMap ?? null}
              scaleMaximum={calibration.mapMaximum}
              opacity={opacity}
            />
          </div>
        ) : (
          <p class="empty">{words.empty}</p>
        )}
        <label class="slider">
          <span>{words.opacity}</span>
          <input
            type="range"
            min="0"
            max="1"
            step="0.05"
            value={opacity}
            onInput={(event) => setOpacity(Number(event.currentTarget.value))}
          />
          <span class="legend" aria-hidden="true" />
          <span class="note">{words.scale(short(calibration.mapMaximum))}</span>
        </label>
      </div>
      <div class="side">
        <Verdict detection={detection} calibration={calibration} />
        {(camera.error ?? picture?.error) && (
          <p class="problem" role="alert">
            {camera.error === null ? picture?.error : words.noCamera + camera.error}
          </p>
        )}
        <div class="actions">
          <FileChoice
            label={words.dropPictures}
            hint={words.dropPicturesHint}
            accept="image/*"
            isMultiple
            onFiles={(files) => void inspect(files)}
          />
          <button type="button" onClick={() => setWantsCamera(!wantsCamera)} aria-pressed={wantsCamera}>
            {wantsCamera ? words.stopCamera : words.camera}
          </button>
        </div>
        {wantsCamera && camera.isLive && <p class="rate">{words.perSecond(short(rate))}</p>}
        {pictures.length > 0 && (
          <ul class="strip" aria-label={words.pictures}>
            {pictures.map(({ url, name: file, detection: found }, i) => (
              <li key={url}>
                <button
                  type="button"
                  class={`thumb ${found === null ? "" : found.isAnomalous ? "defect" : "good"}`}
                  aria-current={i === chosen && !wantsCamera}
                  onClick={() => {
                    setWantsCamera(false);
                    setChosen(i);
                  }}
                >
                  <img src={url} alt={file} />
                  <span>
                    {found === null ? "..." : found.isAnomalous ? texts.verdict.defect : texts.verdict.good}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        <footer class="about">
          <p>
            <strong>{name}</strong>, {words.runsOn[detector.device]}{" "}
            <button type="button" class="link" onClick={onOtherModel}>
              {words.otherModel}
            </button>
          </p>
          <p class={detector.check.isWithinTolerance ? "note" : "problem"}>{checkText(detector)}</p>
          {detector.fallback && <p class="note">{words.fallback(detector.fallback.slice(0, 160))}</p>}
        </footer>
      </div>
    </main>
  );
}

async function said(
  detector: WebDetector,
  picture: WebPicture,
  name: string,
): Promise<Pick<Inspected, "detection" | "error">> {
  try {
    return { detection: await detector.detectOne(picture, { name }), error: null };
  } catch (error) {
    return { detection: null, error: error instanceof Error ? error.message : String(error) };
  }
}

function checkText({ check }: WebDetector): string {
  if (!check.isWithinTolerance || check.difference === null) return words.unchecked;
  const { score, map } = check.difference;
  return words.checked(Math.max(score.relative, map.relative).toExponential(0));
}
