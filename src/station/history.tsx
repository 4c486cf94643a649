/** Every verdict: found again, marked, noted on, exported; and whether scores drift. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PastVerdict } from "../server/protocol.ts";
import { Problem } from "../ui/problem.tsx";
import { saveFile } from "../ui/save-file.ts";
import { texts } from "../ui/texts.ts";
import { type HistoryFilter, historyFormats } from "./api.ts";
import { DriftOfAll } from "./drift-chart.tsx";
import { HistoryFilters } from "./history-filters.tsx";
import { PastVerdictRow } from "./past-verdict-row.tsx";
import { Remotely, useDoing, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.history;

/** Verdicts of a page (ours). */
const pageSize = 25;

/** The view. */
export function History(): JSX.Element {
  const { api } = useSession();
  const detectors = useRemote(() => api.detectors(), [api]);
  const [filter, setFilter] = useState<HistoryFilter>({});
  const { isBusy, problem, run } = useDoing();
  return (
    <main class="stack">
      <Remotely of={detectors}>
        {(all) => (
          <>
            <DriftOfAll detectors={all.filter(({ version }) => version !== null)} />
            <HistoryFilters filter={filter} detectors={all} onFilter={setFilter} />
          </>
        )}
      </Remotely>
      <Verdicts key={JSON.stringify(filter)} filter={filter} />
      <div class="actions">
        {historyFormats.map((format) => (
          <button
            key={format}
            type="button"
            disabled={isBusy}
            onClick={() =>
              void run(async () => saveFile(await api.historyFile(filter, format), `history.${format}`))
            }
          >
            {words.exports[format]}
          </button>
        ))}
      </div>
      <Problem text={problem} />
    </main>
  );
}

/** Page by page, the newest first. */
function Verdicts({ filter }: { readonly filter: HistoryFilter }): JSX.Element {
  const { api } = useSession();
  /** `before` of the pages up to this one. */
  const [path, setPath] = useState<readonly string[]>([]);
  const page = useRemote(() => api.history(filter, pageSize, path.at(-1)), [api, path]);
  return (
    <Remotely of={page}>
      {({ verdicts, next }) => {
        if (verdicts.length === 0 && path.length === 0) return <p class="empty small">{words.none}</p>;
        const replace = (changed: PastVerdict): void =>
          page.set({
            next,
            verdicts: verdicts.map((verdict) => (verdict.id === changed.id ? changed : verdict)),
          });
        return (
          <>
            <table class="verdicts">
              <caption class="note">{words.caption}</caption>
              <thead>
                <tr>
                  {Object.entries(words.columns).map(([column, label]) => (
                    <th key={column} scope="col">
                      {label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {verdicts.map((verdict) => (
                  <PastVerdictRow key={verdict.id} verdict={verdict} onChange={replace} />
                ))}
              </tbody>
            </table>
            <nav class="actions" aria-label={words.pages}>
              <button type="button" disabled={path.length === 0} onClick={() => setPath(path.slice(0, -1))}>
                {words.newer}
              </button>
              <button
                type="button"
                disabled={next === null}
                onClick={() => next !== null && setPath([...path, next])}
              >
                {words.older}
              </button>
            </nav>
          </>
        );
      }}
    </Remotely>
  );
}
