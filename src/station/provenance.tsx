/** How a version was made, told by its own file. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Facts } from "../ui/facts.tsx";
import { HeldOutScores } from "../ui/plots.tsx";
import { texts } from "../ui/texts.ts";
import { factsOf } from "./model-facts.ts";
import { Remotely, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.models;

/** What is told of. */
export interface ProvenanceProps {
  readonly name: string;
  readonly version: string;
}

/** Asks for it when it is opened. */
export function Provenance({ name, version }: ProvenanceProps): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.provenance}</summary>
      {isOpen && <Described name={name} version={version} />}
    </details>
  );
}

function Described({ name, version }: ProvenanceProps): JSX.Element {
  const { api } = useSession();
  const description = useRemote(() => api.description(name, version), [api, name, version]);
  return (
    <Remotely of={description}>
      {(found) => (
        <>
          <Facts facts={factsOf(found)} />
          <HeldOutScores scores={found.calibration.scores} threshold={found.calibration.threshold} />
          <p class="note">
            {words.sha256} <code>{version}</code>
          </p>
          <p class="note">
            {words.learnedFrom} <code>{found.training.contentHash}</code>
          </p>
        </>
      )}
    </Remotely>
  );
}
