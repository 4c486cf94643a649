/** Training: good pictures in, a version of a detector out; and the trainings of before. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job } from "../server/jobs/job.ts";
import { Problem } from "../ui/problem.tsx";
import { texts } from "../ui/texts.ts";
import { Confirmed } from "./confirmed.tsx";
import { Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";
import { Training } from "./training.tsx";
import { TrainingForm } from "./training-form.tsx";

const words = texts.station.train;

/** The view: the training that goes on, or that was chosen; else the form for a new one. */
export function Train(): JSX.Element {
  const { api, may } = useSession();
  const jobs = useRemote(() => api.jobs(), [api]);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <main class="teach">
      <Remotely of={jobs}>
        {(all) => {
          const open =
            all.find(({ id }) => id === chosen) ??
            (chosen === null
              ? all.find(({ state }) => state === "running" || state === "queued")
              : undefined);
          const leave = (): void => {
            setChosen("");
            jobs.reload();
          };
          return (
            <>
              {open ? (
                <Training key={open.id} job={open} onLeave={leave} />
              ) : may("admin") ? (
                <TrainingForm
                  onStarted={(job) => {
                    jobs.set([job, ...all]);
                    setChosen(job.id);
                  }}
                />
              ) : (
                <p class="note">{texts.station.onlyFor(texts.station.roles.admin)}</p>
              )}
              <Past jobs={all.filter((job) => job !== open)} onChoose={setChosen} onChange={jobs.reload} />
            </>
          );
        }}
      </Remotely>
    </main>
  );
}

function Past({
  jobs,
  onChoose,
  onChange,
}: {
  readonly jobs: readonly Job[];
  readonly onChoose: (id: string) => void;
  readonly onChange: () => void;
}): JSX.Element {
  const { api, may } = useSession();
  const { isBusy, problem, run } = useDoing();
  return (
    <section class="card" aria-labelledby="past">
      <h2 id="past">{words.past}</h2>
      {jobs.length === 0 && <p class="note">{words.noPast}</p>}
      <Problem text={problem} />
      <ul class="versions">
        {jobs.map(({ id, detector, state, createdAt, pictures }) => (
          <li key={id} class="row">
            <strong>{detector}</strong>
            <span class={`badge ${state}`}>{words.states[state]}</span>
            <span class="note">
              {texts.moment(createdAt)}, {texts.teach.count(pictures)}
            </span>
            <span class="row end">
              <button type="button" class="small" onClick={() => onChoose(id)}>
                {words.show}
              </button>
              {may("admin") && state !== "running" && state !== "queued" && (
                <Confirmed
                  label={words.delete}
                  question={words.deleteQuestion}
                  isDisabled={isBusy}
                  onConfirm={() =>
                    void run(async () => {
                      await api.deleteJob(id);
                      onChange();
                    })
                  }
                />
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
