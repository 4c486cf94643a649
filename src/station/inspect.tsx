/** Inspecting: pictures or the camera, scored by the server. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { AnomalyMap } from "../base/raster.ts";
import type { DetectorInfo, PastVerdict, Verdict as ServerVerdict } from "../server/protocol.ts";
import { useCamera } from "../ui/camera.ts";
import { FileChoice } from "../ui/file-choice.tsx";
import { HeatMapSlider } from "../ui/heat-map-slider.tsx";
import { PictureStrip } from "../ui/picture-strip.tsx";
import { PictureView } from "../ui/picture-view.tsx";
import { messageOf, Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { Verdict } from "../ui/verdict.tsx";
import { WithDetector } from "./detector-choice.tsx";
import { Mark } from "./mark.tsx";
import { useSession } from "./session.ts";
import { anomalyMapOf } from "./verdict-map.ts";

const words = texts.station.inspect;

/** Pictures that stay in the strip; the history has the others (ours). */
const mostShown = 200;

interface Inspected {
  readonly name: string;
  readonly url: string;
  readonly verdict: ServerVerdict | null;
  readonly map: AnomalyMap | null;
  readonly error: string | null;
  readonly truth: PastVerdict["truth"];
}

/** The view. */
export function Inspect(): JSX.Element {
  return (
    <WithDetector>
      {(detector, choice) => <InspectWith key={detector.name} detector={detector} choice={choice} />}
    </WithDetector>
  );
}

function InspectWith({
  detector,
  choice,
}: {
  readonly detector: DetectorInfo;
  readonly choice: JSX.Element;
}): JSX.Element {
  const { api, may } = useSession();
  const [pictures, setPictures] = useState<readonly Inspected[]>([]);
  const [chosen, setChosen] = useState(0);
  const [opacity, setOpacity] = useState(0.7);
  const [wantsCamera, setWantsCamera] = useState(false);
  const camera = useCamera(wantsCamera);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);

  const change = (url: string, found: Partial<Inspected>): void =>
    setPictures((before) =>
      before.map((picture) => (picture.url === url ? { ...picture, ...found } : picture)),
    );
  const inspect = async (files: readonly File[]): Promise<void> => {
    const fresh = files.map(
      (file): Inspected => ({
        name: file.name,
        url: URL.createObjectURL(file),
        verdict: null,
        map: null,
        error: null,
        truth: null,
      }),
    );
    setPictures((before) => shown([...fresh, ...before]));
    setChosen(0);
    for (const [i, file] of files.entries()) {
      const url = fresh[i]?.url ?? "";
      try {
        const { results } = await api.score(detector.name, file, file.name, leaving.current.signal);
        const [result] = results;
        if (result === undefined || "error" in result) change(url, { error: result?.error.message ?? "" });
        else change(url, { verdict: result, map: result.map ? anomalyMapOf(result.map) : null });
      } catch (error) {
        if (leaving.current.signal.aborted) return;
        change(url, { error: messageOf(error) });
      }
    }
  };
  const shoot = async (): Promise<void> => {
    const frame = camera.video.current && (await frameOf(camera.video.current));
    if (frame) await inspect([frame]);
  };

  const picture = pictures[chosen];
  const verdict = picture?.verdict ?? null;
  const scaleMaximum = verdict?.map?.scaleMaximum ?? null;
  return (
    <main class="inspect">
      <div class="stage">
        {wantsCamera ? (
          <PictureView of={camera} map={null} scaleMaximum={1} opacity={0} />
        ) : picture ? (
          <PictureView of={picture} map={picture.map} scaleMaximum={scaleMaximum ?? 1} opacity={opacity} />
        ) : (
          <p class="empty">{words.empty}</p>
        )}
        <HeatMapSlider opacity={opacity} onOpacity={setOpacity} scaleMaximum={scaleMaximum} />
      </div>
      <div class="side">
        <Verdict finding={verdict} threshold={verdict?.threshold ?? 0} />
        {picture && verdict?.id && (
          <Mark
            id={verdict.id}
            isAnomalous={verdict.isAnomalous}
            truth={picture.truth}
            onSaid={({ truth }) => change(picture.url, { truth })}
          />
        )}
        <Problem text={camera.error === null ? picture?.error : texts.inspect.noCamera + camera.error} />
        {choice}
        {may("operator") ? (
          <div class="actions">
            <FileChoice
              label={texts.inspect.dropPictures}
              hint={words.dropHint}
              accept="image/*"
              isMultiple
              onFiles={(files) => {
                setWantsCamera(false);
                void inspect(files);
              }}
            />
            <FileChoice
              label={words.folder}
              hint={words.folderHint}
              accept="image/*"
              isMultiple
              isFolder
              onFiles={(files) => {
                setWantsCamera(false);
                void inspect(files);
              }}
            />
            <button type="button" onClick={() => setWantsCamera(!wantsCamera)} aria-pressed={wantsCamera}>
              {wantsCamera ? texts.inspect.stopCamera : texts.inspect.camera}
            </button>
            {wantsCamera && (
              <button type="button" class="primary" disabled={!camera.isLive} onClick={() => void shoot()}>
                {words.shoot}
              </button>
            )}
          </div>
        ) : (
          <p class="note">{texts.station.onlyFor(texts.station.roles.operator)}</p>
        )}
        {pictures.length > 0 && (
          <PictureStrip
            pictures={pictures.map(({ name, url, verdict: found, error }) => ({
              name,
              url,
              isAnomalous: found?.isAnomalous ?? null,
              hasFailed: error !== null,
            }))}
            chosen={chosen}
            onChoose={(index) => {
              setWantsCamera(false);
              setChosen(index);
            }}
          />
        )}
      </div>
    </main>
  );
}

/** The newest; pictures of the others are given back to the browser. */
function shown(pictures: readonly Inspected[]): Inspected[] {
  for (const { url } of pictures.slice(mostShown)) URL.revokeObjectURL(url);
  return pictures.slice(0, mostShown);
}

/** What a video shows now, without loss. */
function frameOf(video: HTMLVideoElement): Promise<File | null> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return new Promise((resolve) =>
    canvas.toBlob((blob) =>
      resolve(blob && new File([blob], `camera-${new Date().toISOString()}.png`, { type: blob.type })),
    ),
  );
}
