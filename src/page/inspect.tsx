/** Inspecting: a model, then pictures or the camera. */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { useCamera } from "../ui/camera.ts";
import { FileChoice } from "../ui/file-choice.tsx";
import { HeatMapSlider } from "../ui/heat-map-slider.tsx";
import { PictureStrip } from "../ui/picture-strip.tsx";
import { PictureView } from "../ui/picture-view.tsx";
import { messageOf, Problem } from "../ui/problem.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { Verdict } from "../ui/verdict.tsx";
import type { Detection, WebDetector, WebPicture } from "../web/index.ts";

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
          <PictureView
            of={picture ?? camera}
            map={detection?.anomalyMap ?? null}
            scaleMaximum={calibration.mapMaximum}
            opacity={opacity}
          />
        ) : (
          <p class="empty">{words.empty}</p>
        )}
        <HeatMapSlider opacity={opacity} onOpacity={setOpacity} scaleMaximum={calibration.mapMaximum} />
      </div>
      <div class="side">
        <Verdict finding={detection} threshold={calibration.threshold} />
        <Problem text={camera.error === null ? picture?.error : words.noCamera + camera.error} />
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
          <PictureStrip
            pictures={pictures.map(({ name: file, url, detection: found, error }) => ({
              name: file,
              url,
              isAnomalous: found?.isAnomalous ?? null,
              hasFailed: error !== null,
            }))}
            chosen={wantsCamera ? null : chosen}
            onChoose={(index) => {
              setWantsCamera(false);
              setChosen(index);
            }}
          />
        )}
        <footer class="about">
          <p>
            <strong>{name}</strong>, {words.runsOn[detector.device](detector.threads)}{" "}
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
    return { detection: null, error: messageOf(error) };
  }
}

function checkText({ check }: WebDetector): string {
  if (!check.isWithinTolerance || check.difference === null) return words.unchecked;
  const { score, map, sourceMaps } = check.difference;
  const share = Math.max(score.relative, map.relative, sourceMaps?.relative ?? 0).toExponential(0);
  return sourceMaps === null ? words.checkedInPart(share) : words.checked(share);
}
