/** What of the outbox is told to Prometheus. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { OutboxEvent, OutboxStatus } from "./outbox.ts";

/** @returns what is to be called with each event. */
export function outboxMetrics(
  registry: Registry,
  status: () => Promise<readonly OutboxStatus[]>,
): (event: OutboxEvent) => void {
  const registers = [registry];
  const labelNames = ["outlet"];
  const events = new Counter({
    name: "radar_outbox_messages_total",
    help: "Messages by what became of a try: delivered, refused, unreachable, dropped",
    labelNames: ["outlet", "outcome"],
    registers,
  });
  const age = new Gauge({
    name: "radar_outbox_oldest_seconds",
    help: "Age of the oldest message that waits",
    labelNames,
    registers,
  });
  new Gauge({
    name: "radar_outbox_messages",
    help: "Messages that wait",
    labelNames,
    registers,
    async collect() {
      for (const { outlet, waiting, oldestSeconds } of await status()) {
        this.set({ outlet }, waiting);
        age.set({ outlet }, oldestSeconds);
      }
    },
  });
  return ({ kind, outlet, count }) => events.inc({ outlet, outcome: kind }, count);
}
