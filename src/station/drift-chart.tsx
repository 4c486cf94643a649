/** Whether good parts still score as those did that the threshold was set with. */
import { scaleLog } from "d3-scale";
import type { JSX } from "preact";
import type { DetectorInfo, Drift } from "../server/protocol.ts";
import { short } from "../ui/short.ts";
import { texts } from "../ui/texts.ts";
import { Remotely, useRemote } from "./remote.tsx";
import { useSession } from "./session.ts";

const words = texts.station.drift;
const [width, height] = [600, 140];

/** A chart for each detector that scores. */
export function DriftOfAll({ detectors }: { readonly detectors: readonly DetectorInfo[] }): JSX.Element {
  return (
    <div class="charts">
      {detectors.map(({ name, version }) => (
        <DriftOf key={`${name} ${version}`} name={name} />
      ))}
    </div>
  );
}

function DriftOf({ name }: { readonly name: string }): JSX.Element {
  const { api } = useSession();
  const drift = useRemote(() => api.drift(name), [api, name]);
  return (
    <section class="card" aria-label={words.of(name)}>
      <Remotely of={drift}>
        {(found) => (
          <>
            <div class="row">
              <h2>{words.of(name)}</h2>
              <span class={`badge ${found.isAlarm ? "defect" : "good"}`}>
                {found.isAlarm ? words.alarm : words.steady}
              </span>
            </div>
            {found.curve.length < 2 ? (
              <p class="note">{words.few(found.verdicts)}</p>
            ) : (
              <DriftCurve drift={found} />
            )}
          </>
        )}
      </Remotely>
    </section>
  );
}

function DriftCurve({
  drift: { curve, largest, falseAlarmRate, verdicts },
}: {
  readonly drift: Drift;
}): JSX.Element {
  const alarm = 1 / falseAlarmRate;
  const low = Math.max(1e-6, Math.min(0.1, ...curve));
  const y = scaleLog([low, Math.max(2 * alarm, largest)], [height - 6, 6]).clamp(true);
  const x = (i: number): number => (i / (curve.length - 1)) * width;
  const label = words.caption(verdicts, short(alarm), short(100 * falseAlarmRate));
  return (
    <figure>
      <svg
        class="plot"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={label}
        preserveAspectRatio="none"
      >
        <line class="plot-threshold" x1="0" x2={width} y1={y(alarm)} y2={y(alarm)} />
        <line class="plot-axis" x1="0" x2={width} y1={y(1)} y2={y(1)} />
        <polyline
          class="plot-line"
          points={curve
            .map((value, i) => `${x(i).toFixed(1)},${y(Math.max(low, value)).toFixed(1)}`)
            .join(" ")}
        />
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
