/** Names with their values. */
import type { JSX } from "preact";

/** A name with its value. */
export type Fact = readonly [name: string, value: string];

/** See {@link Fact}. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): JSX.Element {
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
