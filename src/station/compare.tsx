/** Comparing: two versions on the same pictures, side by side; nothing of it is in the history. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FileChoice } from "../ui/file-choice.tsx";
import { HeatMapSlider } from "../ui/heat-map-slider.tsx";
import { PictureStrip } from "../ui/picture-strip.tsx";
import { PictureView } from "../ui/picture-view.tsx";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { Verdict } from "../ui/verdict.tsx";
import { type Compared, comparePictures, type Side } from "./compare-pictures.ts";
import { Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";
import { allVersions, type KeptVersion, VersionChoice } from "./version-choice.tsx";

const words = texts.station.compare;

/** The view. */
export function Compare(): JSX.Element {
  const { api, may } = useSession();
  const versions = useRemote(() => allVersions(api), [api]);
  return (
    <main class="stack">
      <Remotely of={versions}>
        {(all) =>
          all.length === 0 ? (
            <p class="empty small">{words.none}</p>
          ) : may("operator") ? (
            <Comparison versions={all} />
          ) : (
            <p class="note">{texts.station.onlyFor(texts.station.roles.operator)}</p>
          )
        }
      </Remotely>
    </main>
  );
}

function Comparison({ versions }: { readonly versions: readonly KeptVersion[] }): JSX.Element {
  const { api } = useSession();
  const [first, setFirst] = useState(0);
  const [second, setSecond] = useState(Math.min(1, versions.length - 1));
  const [files, setFiles] = useState<readonly File[]>([]);
  const [compared, setCompared] = useState<readonly Compared[]>([]);
  const [chosen, setChosen] = useState(0);
  const [opacity, setOpacity] = useState(0.7);
  const { isBusy, problem, run } = useDoing();
  const sides = [versions[first], versions[second]].flatMap((version) => version ?? []);
  const compare = (pictures: readonly File[], pair: readonly KeptVersion[]): Promise<void> =>
    run(async () => {
      setFiles(pictures);
      for (const { url } of compared) URL.revokeObjectURL(url);
      setCompared([]);
      setChosen(0);
      setCompared(await comparePictures(api, pair, pictures));
    });
  const choose = (set: (index: number) => void, index: number, other: number): void => {
    set(index);
    const pair = [versions[index], versions[other]].flatMap((version) => version ?? []);
    if (files.length > 0) void compare(files, set === setFirst ? pair : pair.toReversed());
  };
  const differing = compared.filter(differs).length;
  const shown = compared[chosen];
  return (
    <>
      <fieldset disabled={isBusy}>
        <VersionChoice
          label={words.first}
          versions={versions}
          value={first}
          onChoose={(index) => choose(setFirst, index, second)}
        />
        <VersionChoice
          label={words.second}
          versions={versions}
          value={second}
          onChoose={(index) => choose(setSecond, index, first)}
        />
      </fieldset>
      <FileChoice
        label={texts.inspect.dropPictures}
        hint={words.dropHint}
        accept="image/*"
        isMultiple
        onFiles={(pictures) => void compare(pictures, sides)}
      />
      {isBusy && <p role="status">{words.comparing(files.length)}</p>}
      <Problem text={problem} />
      {shown && (
        <>
          <p role="status" class="rate">
            {words.agree(compared.length - differing, compared.length)}
          </p>
          <PictureStrip
            pictures={compared.map((picture) => ({
              name: picture.name,
              url: picture.url,
              ...stripOf(picture),
            }))}
            chosen={chosen}
            onChoose={setChosen}
          />
          <HeatMapSlider opacity={opacity} onOpacity={setOpacity} scaleMaximum={null} />
          <div class="sides">
            {shown.sides.map((side, i) => (
              <SideView key={i} title={sides[i]?.title ?? ""} picture={shown} side={side} opacity={opacity} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function SideView({
  title,
  picture,
  side,
  opacity,
}: {
  readonly title: string;
  readonly picture: Compared;
  readonly side: Side;
  readonly opacity: number;
}): JSX.Element {
  return (
    <section class="stage" aria-label={title}>
      <h2>{title}</h2>
      <Verdict finding={side.verdict} threshold={side.verdict?.threshold ?? 0} />
      <Problem text={side.error} />
      <PictureView
        of={picture}
        map={side.map}
        scaleMaximum={side.verdict?.map?.scaleMaximum ?? 1}
        opacity={opacity}
      />
    </section>
  );
}

/** Whether the two say different things of a picture. */
function differs({ sides: [first, second] }: Compared): boolean {
  return first?.verdict?.isAnomalous !== second?.verdict?.isAnomalous;
}

function stripOf(picture: Compared): {
  readonly isAnomalous: boolean | null;
  readonly hasFailed: boolean;
  readonly label?: string;
} {
  const hasFailed = picture.sides.some(({ error }) => error !== null);
  if (!hasFailed && differs(picture)) return { isAnomalous: null, hasFailed, label: words.differ };
  return { isAnomalous: picture.sides[0]?.verdict?.isAnomalous ?? null, hasFailed };
}
