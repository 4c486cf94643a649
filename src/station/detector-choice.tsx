/** Which detector a view is about. */
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { DetectorInfo } from "../server/protocol.ts";
import { texts } from "../ui/texts.ts";
import { Remotely, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.choice;

const key = "radar-detector";

/** Makes a detector the one that is chosen in all views of this tab of the browser. */
export function rememberDetector(name: string): void {
  sessionStorage.setItem(key, name);
}

/** A label with the detectors that score to choose from, and below it what is made of the chosen one; what to do where there is none. */
export function WithDetector({
  children,
}: {
  readonly children: (detector: DetectorInfo, choice: JSX.Element) => ComponentChildren;
}): JSX.Element {
  const { api } = useSession();
  const detectors = useRemote(() => api.detectors(), [api]);
  const [name, setName] = useState(() => sessionStorage.getItem(key));
  return (
    <Remotely of={detectors}>
      {(all) => {
        const ready = all.filter(({ version }) => version !== null);
        const chosen = ready.find((detector) => detector.name === name) ?? ready[0];
        if (chosen === undefined) return <NoDetector />;
        const choose = (choice: string): void => {
          rememberDetector(choice);
          setName(choice);
        };
        return children(
          chosen,
          <label class="field">
            {words.detector}
            <select value={chosen.name} onChange={(event) => choose(event.currentTarget.value)}>
              {ready.map((detector) => (
                <option key={detector.name} value={detector.name}>
                  {detector.name}
                </option>
              ))}
            </select>
          </label>,
        );
      }}
    </Remotely>
  );
}

/** What to do before there is a detector. */
function NoDetector(): JSX.Element {
  const { may } = useSession();
  return (
    <main class="welcome">
      <h2>{words.none}</h2>
      {may("admin") ? (
        <p>
          <a href="#train">{words.train}</a> {words.or} <a href="#models">{words.upload}</a>.
        </p>
      ) : (
        <p>{words.ask}</p>
      )}
    </main>
  );
}
