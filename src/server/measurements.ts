/** What the server tells Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ServedModel } from "./served-model.ts";

/** Counters and times of one server. */
export interface Measurements {
  readonly registry: Registry;
  /** A request that was answered. */
  request(of: {
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  batch(model: string, batch: { readonly size: number; readonly seconds: number }): void;
  verdict(model: string, isAnomalous: boolean): void;
}

/** @param models - Asked for the lengths of their queues whenever someone reads. */
export function measurements(models: () => readonly ServedModel[]): Measurements {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: "radar_http_request_seconds",
    help: "Time until a request was answered",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const batchSeconds = new Histogram({
    name: "radar_batch_seconds",
    help: "Time of a call of the network, decoding included",
    labelNames: ["model"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const batchSize = new Histogram({
    name: "radar_batch_pictures",
    help: "Pictures in a call of the network",
    labelNames: ["model"],
    buckets: [1, 2, 4, 8, 16, 32],
    registers,
  });
  const verdicts = new Counter({
    name: "radar_verdicts_total",
    help: "Pictures that were scored",
    labelNames: ["model", "decision"],
    registers,
  });
  new Gauge({
    name: "radar_queue_pictures",
    help: "Pictures that wait or are being scored",
    labelNames: ["model"],
    registers,
    collect() {
      this.reset();
      for (const { name, queueLength } of models()) this.set({ model: name }, queueLength);
    },
  });
  return {
    registry,
    request: ({ route, method, status, seconds: taken }) =>
      seconds.observe({ route, method, status: String(status) }, taken),
    batch: (model, { size, seconds: taken }) => {
      batchSeconds.observe({ model }, taken);
      batchSize.observe({ model }, size);
    },
    verdict: (model, isAnomalous) => verdicts.inc({ model, decision: isAnomalous ? "anomalous" : "good" }),
  };
}
