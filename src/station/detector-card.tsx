/** A detector with its versions. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DetectorDetails, DetectorInfo, VersionInfo } from "../server/protocol.ts";
import { Problem } from "../ui/problem.tsx";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { Confirmed } from "./confirmed.tsx";
import { Provenance } from "./provenance.tsx";
import { type Doing, Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.models;

/** What is shown. */
export interface DetectorCardProps {
  readonly detector: DetectorInfo;
  /** Called when the list of detectors may have changed. */
  readonly onChange: () => void;
}

/** See {@link DetectorCardProps}. */
export function DetectorCard({ detector, onChange }: DetectorCardProps): JSX.Element {
  const { api, may } = useSession();
  const { name, state, problem, method, threshold, falseAlarmRate } = detector;
  const details = useRemote(() => api.detector(name), [api, name, detector]);
  const doing = useDoing();
  const act = (work: () => Promise<unknown>): void =>
    void doing.run(async () => {
      await work();
      onChange();
    });
  return (
    <section class="card" aria-label={name}>
      <div class="row">
        <h2>{name}</h2>
        <span class={`badge ${state}`}>{words.states[state]}</span>
        {may("admin") && (
          <span class="row end">
            <button
              type="button"
              class="small"
              disabled={doing.isBusy}
              onClick={() => act(() => api.rollBack(name))}
            >
              {words.rollBack}
            </button>
            <Confirmed
              label={words.deleteDetector}
              question={words.deleteDetectorQuestion(name)}
              isDisabled={doing.isBusy}
              onConfirm={() => act(() => api.deleteDetector(name))}
            />
          </span>
        )}
      </div>
      {threshold !== null && falseAlarmRate !== null && (
        <p class="note">{words.scoresWith(method ?? "", short(threshold), short(100 * falseAlarmRate))}</p>
      )}
      <Problem text={problem} />
      <Problem text={doing.problem} />
      <Remotely of={details}>
        {(found) => (
          <ul class="versions">
            {found.versions.map((version) => (
              <Version key={version.version} {...{ version, details: found, doing, act }} />
            ))}
          </ul>
        )}
      </Remotely>
    </section>
  );
}

function Version({
  version: { version, bytes, addedAt },
  details: { name, version: active },
  doing,
  act,
}: {
  readonly version: VersionInfo;
  readonly details: DetectorDetails;
  readonly doing: Doing;
  readonly act: (work: () => Promise<unknown>) => void;
}): JSX.Element {
  const { api, may } = useSession();
  const [isVerified, setVerified] = useState(false);
  const isActive = version === active;
  const verify = async (): Promise<void> => {
    setVerified(false);
    await api.verify(name, version);
    setVerified(true);
  };
  return (
    <li>
      <div class="row">
        <code title={version}>{version.slice(0, 12)}</code>
        <span class="note">{words.added(texts.moment(addedAt), texts.bytes(bytes))}</span>
        {isActive && <span class="badge ready">{words.active}</span>}
        {may("admin") && (
          <span class="row end">
            <button
              type="button"
              class="small"
              disabled={doing.isBusy}
              onClick={() => void doing.run(verify)}
            >
              {words.verify}
            </button>
            {!isActive && (
              <>
                <button
                  type="button"
                  class="small"
                  disabled={doing.isBusy}
                  onClick={() => act(() => api.activate(name, version))}
                >
                  {words.activate}
                </button>
                <Confirmed
                  label={words.delete}
                  question={words.deleteQuestion(version.slice(0, 12))}
                  isDisabled={doing.isBusy}
                  onConfirm={() => act(() => api.deleteVersion(name, version))}
                />
              </>
            )}
          </span>
        )}
      </div>
      <p role="status" class="verified">
        {isVerified && words.verified}
      </p>
      <Provenance name={name} version={version} />
    </li>
  );
}
