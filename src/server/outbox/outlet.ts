/** Where verdicts go besides the history: a broker, a web address, a file. */

/** Names of all outlets. */
export const outletNames = ["mqtt", "webhook", "jsonl"] as const;

/** One of {@link outletNames}. */
export type OutletName = (typeof outletNames)[number];

/** A verdict on its way out. */
export interface OutboxMessage {
  /** The verdict's; receivers tell by it what comes twice. */
  readonly id: string;
  readonly detector: string;
  /** JSON. */
  readonly payload: string;
}

/** Takes messages to one place. */
export interface Outlet {
  readonly name: OutletName;
  /**
   * Takes a message there; resolves when it has arrived.
   *
   * @returns `refused`: the place is there and does not take this message now.
   * @throws if the place cannot be reached.
   */
  deliver(message: OutboxMessage, signal: AbortSignal): Promise<"delivered" | "refused">;
  /** Frees what it holds. */
  end(): Promise<void>;
}
