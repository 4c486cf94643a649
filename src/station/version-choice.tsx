/** One of all versions of all detectors. */
import type { JSX } from "preact";
import { texts } from "../ui/texts.ts";
import type { Api } from "./api.ts";

const words = texts.station.compare;

/** A version with what it is called. */
export interface KeptVersion {
  /** Of the detector. */
  readonly name: string;
  readonly version: string;
  readonly title: string;
}

/** The active version of each detector first, then the others, the newest first. */
export async function allVersions(api: Api): Promise<KeptVersion[]> {
  const detectors = await Promise.all((await api.detectors()).map(({ name }) => api.detector(name)));
  return detectors.flatMap(({ name, version: active, versions }) =>
    versions
      .toSorted((a, b) => Number(b.version === active) - Number(a.version === active))
      .map(({ version, addedAt }) => ({
        name,
        version,
        title: words.version(name, version.slice(0, 8), texts.moment(addedAt), version === active),
      })),
  );
}

/** See {@link VersionChoice}. */
export interface VersionChoiceProps {
  readonly label: string;
  readonly versions: readonly KeptVersion[];
  /** Index of the chosen one. */
  readonly value: number;
  readonly onChoose: (index: number) => void;
}

/** A field. */
export function VersionChoice({ label, versions, value, onChoose }: VersionChoiceProps): JSX.Element {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChoose(Number(event.currentTarget.value))}>
        {versions.map(({ version, name, title }, i) => (
          <option key={`${name} ${version}`} value={i}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
