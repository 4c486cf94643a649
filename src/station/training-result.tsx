/** What a training ended with: honest figures, and what they do not say. */
import type { JSX } from "preact";
import type { DetectorDescription } from "../detectors/description.ts";
import { Facts } from "../ui/facts.tsx";
import { HeldOutScores } from "../ui/plots.tsx";
import { Problem } from "../ui/problem.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { rememberDetector } from "./detector-choice.tsx";
import { factsOf } from "./model-facts.ts";
import { Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.result;

/** Which version it is. */
export interface TrainingResultProps {
  readonly detector: string;
  readonly version: string;
}

/** See {@link TrainingResultProps}. */
export function TrainingResult({ detector, version }: TrainingResultProps): JSX.Element {
  const { api, may } = useSession();
  const doing = useDoing();
  const found = useRemote(
    async () => ({
      description: await api.description(detector, version),
      isActive: (await api.detector(detector)).version === version,
    }),
    [api, detector, version],
  );
  return (
    <Remotely of={found}>
      {({ description, isActive }) => (
        <section class="card result" aria-label={words.title}>
          <h2>{words.title}</h2>
          <Facts facts={factsOf(description)} />
          <HeldOutScores
            scores={description.calibration.scores}
            threshold={description.calibration.threshold}
          />
          <ul class="notes">
            {notesOn(description).map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          <Problem text={doing.problem} />
          <div class="actions">
            {isActive ? (
              <a class="button primary" href="#inspect">
                {words.inspect}
              </a>
            ) : (
              may("admin") && (
                <button
                  type="button"
                  class="primary"
                  disabled={doing.isBusy}
                  onClick={() =>
                    void doing.run(async () => {
                      await api.activate(detector, version);
                      rememberDetector(detector);
                      found.set({ description, isActive: true });
                    })
                  }
                >
                  {doing.isBusy ? texts.station.models.checking : words.activate}
                </button>
              )
            )}
          </div>
        </section>
      )}
    </Remotely>
  );
}

/** What must be known to read the figures. */
function notesOn({ calibration, training }: DetectorDescription): string[] {
  const { images, falseAlarmRate, rule, leftOut } = calibration;
  const smallest = short(100 / (images + 1));
  return [
    rule === "conformal" ? words.promise(short(100 * falseAlarmRate)) : words.noPromise,
    words.smallest(images, smallest),
    words.noDefects,
    ...(leftOut === undefined ? [] : [words.leftOut(leftOut.map(short).join(", "))]),
    ...(training.skipped > 0 ? [words.skipped(training.skipped)] : []),
  ];
}
