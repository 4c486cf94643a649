/** An outbox that delivers. */
import { Random } from "../../base/random.ts";
import type { Database } from "../history/database.ts";
import { Outbox, type OutboxEvent, usualOutboxBounds } from "./outbox.ts";
import { type OutletOptions, openOutlets } from "./outlets.ts";

/** @throws as `openOutlets`. */
export async function openOutbox(
  options: OutletOptions,
  {
    db,
    clock,
    onEvent,
  }: {
    readonly db: Database;
    readonly clock: () => Date;
    readonly onEvent: (event: OutboxEvent) => void;
  },
): Promise<Outbox> {
  const outlets = await openOutlets(options, clock);
  const random = new Random(clock().getTime() % 2 ** 31);
  const outbox = new Outbox({ db, outlets, bounds: usualOutboxBounds, clock, random, onEvent });
  outbox.start();
  return outbox;
}
