/** What of the history is shown. */
import type { JSX } from "preact";
import type { DetectorInfo } from "../server/protocol.ts";
import { texts } from "../ui/texts.ts";
import type { HistoryFilter } from "./api.ts";

const words = texts.station.history;

/** See {@link HistoryFilters}. */
export interface HistoryFiltersProps {
  readonly filter: HistoryFilter;
  readonly detectors: readonly DetectorInfo[];
  readonly onFilter: (filter: HistoryFilter) => void;
}

/** One field for each. */
export function HistoryFilters({ filter, detectors, onFilter }: HistoryFiltersProps): JSX.Element {
  const names = detectors.map(({ name }) => [name, name] as const);
  const choices = [
    ["detector", words.filters.detector, names],
    ["anomalous", words.filters.verdict, Object.entries(words.verdicts)],
    ["truth", words.filters.truth, Object.entries(words.truths)],
  ] as const;
  return (
    <form class="row" aria-label={words.filters.label} onSubmit={(event) => event.preventDefault()}>
      {choices.map(([key, label, options]) => (
        <label key={key} class="field">
          {label}
          <select
            value={filter[key] ?? ""}
            onChange={(event) => onFilter({ ...filter, [key]: event.currentTarget.value })}
          >
            <option value="">{words.filters.all}</option>
            {options.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ))}
      {(["from", "to"] as const).map((key) => (
        <label key={key} class="field">
          {words.filters[key]}
          <input
            type="datetime-local"
            onChange={({ currentTarget: { value } }) =>
              onFilter({ ...filter, [key]: value && new Date(value).toISOString() })
            }
          />
        </label>
      ))}
    </form>
  );
}
