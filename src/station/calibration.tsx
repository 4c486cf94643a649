/** Sets the threshold anew from what operators said: first what it would be, then a version, then that it scores. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Calibrated, CalibrationRequest } from "../server/protocol.ts";
import { type Fact, Facts } from "../ui/facts.tsx";
import { Problem } from "../ui/problem.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { useDoing } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.calibration;

/** What the new threshold is to keep. */
export interface CalibrationProps {
  readonly detector: string;
  readonly unjudged: CalibrationRequest["unjudged"];
  /** null where there are no parts of the history to set it by. */
  readonly falseAlarmRate: number | null;
}

/** See {@link CalibrationProps}. */
export function Calibration({ detector, unjudged, falseAlarmRate }: CalibrationProps): JSX.Element {
  const { api, may } = useSession();
  const { isBusy, problem, run } = useDoing();
  const [proposed, setProposed] = useState<Calibrated | null>(null);
  const [isActive, setActive] = useState(false);
  if (!may("operator")) return <p class="note">{texts.station.onlyFor(texts.station.roles.operator)}</p>;
  if (falseAlarmRate === null || falseAlarmRate >= 1) return <p class="note">{words.needsParts}</p>;
  const ask = (dryRun: boolean): void =>
    void run(async () => setProposed(await api.calibrate(detector, { falseAlarmRate, unjudged, dryRun })));
  const version = proposed?.version ?? null;
  return (
    <section class="card" aria-labelledby="calibration">
      <h2 id="calibration">{words.title}</h2>
      {version === null && <p class="note">{words.what}</p>}
      {proposed && <Facts facts={factsOf(proposed)} />}
      <Problem text={problem} />
      <p role="status">{isActive ? words.scores : version !== null && words.kept}</p>
      {!isActive && (
        <div class="actions">
          {proposed === null && (
            <button type="button" disabled={isBusy} onClick={() => ask(true)}>
              {words.propose}
            </button>
          )}
          {proposed !== null && version === null && (
            <button type="button" class="primary" disabled={isBusy} onClick={() => ask(false)}>
              {words.keep}
            </button>
          )}
          {version !== null && may("admin") && (
            <button
              type="button"
              class="primary"
              disabled={isBusy}
              onClick={() =>
                void run(async () => {
                  await api.activate(detector, version);
                  setActive(true);
                })
              }
            >
              {words.activate}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function factsOf({ before, after, parts, alarms }: Calibrated): Fact[] {
  return [
    [words.facts.before, short(before.threshold)],
    [words.facts.after, short(after.threshold)],
    [words.facts.rate, `${short(100 * after.falseAlarmRate)} %`],
    [words.facts.parts, String(parts)],
    [words.facts.alarms, `${alarms.before} → ${alarms.after}`],
  ];
}
