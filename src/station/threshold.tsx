/** The threshold: where good parts and confirmed defects score, and what another threshold would mean. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DetectorInfo, PastVerdict } from "../server/protocol.ts";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import type { Api } from "./api.ts";
import { Calibration } from "./calibration.tsx";
import { WithDetector } from "./detector-choice.tsx";
import { Remotely, useRemote } from "./remote.tsx";
import { ScoreHistogram } from "./score-histogram.tsx";
import { useSession } from "./session.ts";
import { defectScores, type GoodSource, goodScores, goodSources, rateAbove } from "./threshold-scores.ts";

const words = texts.station.threshold;

/** Verdicts that are looked at, as many as the server looks at when it sets a threshold; and how many are asked for at a time. */
const [mostVerdicts, verdictsAtOnce] = [10_000, 1000];

/** The view. */
export function Threshold(): JSX.Element {
  return (
    <WithDetector>
      {(detector, choice) => (
        <ThresholdOf key={`${detector.name} ${detector.version}`} detector={detector} choice={choice} />
      )}
    </WithDetector>
  );
}

function ThresholdOf({
  detector: { name, version },
  choice,
}: {
  readonly detector: DetectorInfo;
  readonly choice: JSX.Element;
}): JSX.Element {
  const { api } = useSession();
  const found = useRemote(
    async () => ({
      calibration: (await api.description(name, version ?? "")).calibration,
      verdicts: await newestVerdicts(api, name, version ?? ""),
    }),
    [api, name, version],
  );
  const [source, setSource] = useState<GoodSource>("heldOut");
  const [wanted, setWanted] = useState<number | null>(null);
  return (
    <main class="stack">
      <Remotely of={found}>
        {({ calibration, verdicts }) => {
          const good = goodScores(source, calibration.scores, verdicts);
          const defects = defectScores(verdicts);
          const threshold = wanted ?? calibration.threshold;
          const most = 1.05 * Math.max(calibration.threshold, ...good, ...defects);
          const rate = rateAbove(threshold, good);
          return (
            <>
              <div class="row">
                {choice}
                <label class="field">
                  {words.source}
                  <select
                    value={source}
                    onChange={({ currentTarget: { value } }) =>
                      setSource(goodSources.find((known) => known === value) ?? "heldOut")
                    }
                  >
                    {goodSources.map((known) => (
                      <option key={known} value={known}>
                        {words.sources[known]}
                      </option>
                    ))}
                  </select>
                </label>
              </div>
              <ScoreHistogram
                good={good}
                defects={defects}
                most={most}
                threshold={threshold}
                active={calibration.threshold}
              />
              <label class="slider wide">
                <span>{words.move}</span>
                <input
                  type="range"
                  min={0}
                  max={most}
                  step={most / 1000}
                  value={threshold}
                  aria-valuetext={short(threshold)}
                  onInput={(event) => setWanted(Number(event.currentTarget.value))}
                />
                <output>{short(threshold)}</output>
              </label>
              <p class="rate" role="status">
                {rate === null
                  ? words.noGood
                  : words.expected(
                      short(100 * rate),
                      good.filter((score) => score > threshold).length,
                      good.length,
                    )}
                <br />
                {defects.length === 0
                  ? words.noDefects
                  : words.found(defects.filter((score) => score > threshold).length, defects.length)}
              </p>
              <Calibration
                key={`${source} ${threshold}`}
                detector={name}
                unjudged={source === "passed" ? "good" : "leave"}
                falseAlarmRate={source === "heldOut" ? null : rate}
              />
            </>
          );
        }}
      </Remotely>
    </main>
  );
}

/** Of one version, since another's scores are on another scale. */
async function newestVerdicts(api: Api, detector: string, version: string): Promise<PastVerdict[]> {
  const verdicts: PastVerdict[] = [];
  let before: string | undefined;
  do {
    const page = await api.history({ detector, version }, verdictsAtOnce, before);
    verdicts.push(...page.verdicts);
    before = page.next ?? undefined;
  } while (before !== undefined && verdicts.length < mostVerdicts);
  return verdicts;
}
