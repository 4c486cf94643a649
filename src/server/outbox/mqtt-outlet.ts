/** Verdicts to an MQTT 5 broker. */
import type { MqttClient } from "mqtt";
import { RadarError } from "../../base/errors.ts";
import type { Outlet } from "./outlet.ts";
import { checkAddress } from "./webhook-outlet.ts";

/** Where and as whom verdicts are published. */
export interface MqttOptions {
  /** `mqtt://host:1883`, `mqtts://host:8883`, `ws://`, `wss://`; no password in it. */
  readonly url: string;
  /** Verdicts go to `<topic>/<detector>/verdict`. */
  readonly topic: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM: who signed the broker's certificate, where the system does not know; the client's own certificate and key. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** Longest time until the broker has taken a message, in milliseconds (ours). */
const patienceMs = 10_000;

/**
 * Publishes each message with QoS 1; delivered when the broker has acknowledged it.
 *
 * @throws {OptionError} E_OPTION if the address will not do; {RadarError} E_PACKAGE if the package mqtt is not there.
 */
export async function mqttOutlet({ url, topic, ...credentials }: MqttOptions): Promise<Outlet> {
  checkAddress("mqtt", url, ["mqtt:", "mqtts:", "ws:", "wss:"]);
  const { connect } = await loadMqtt();
  const given = Object.fromEntries(Object.entries(credentials).filter(([, value]) => value !== undefined));
  const client = connect(url, {
    protocolVersion: 5,
    reconnectPeriod: 1000,
    connectTimeout: patienceMs,
    ...given,
  });
  let problem = "no answer";
  client.on("error", (error) => {
    problem = error.message;
  });
  return {
    name: "mqtt",
    deliver: async ({ id, detector, payload }, signal) => {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      await orAborted(
        patience,
        () => problem,
        async () => {
          if (!client.connected) await connected(client, patience);
          if (patience.aborted) return; // given up: it comes again
          await client.publishAsync(`${topic}/${detector}/verdict`, payload, {
            qos: 1,
            properties: {
              contentType: "application/json",
              payloadFormatIndicator: true,
              userProperties: { id },
            },
          });
        },
      );
      return "delivered";
    },
    end: async () => {
      await client.endAsync(true);
    },
  };
}

/** Resolves when it is connected, or the signal is aborted. */
async function connected(client: MqttClient, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      client.off("connect", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    client.on("connect", done);
    signal.addEventListener("abort", done, { once: true });
  });
}

async function loadMqtt(): Promise<typeof import("mqtt")> {
  try {
    return await import("mqtt");
  } catch (error) {
    throw new RadarError(
      "E_PACKAGE",
      "mqtt: expected the package mqtt, got none. Install it beside radar-ad: npm install mqtt.",
      { cause: error },
    );
  }
}

/** What `work` gives, unless the signal comes first. */
async function orAborted(signal: AbortSignal, why: () => string, work: () => Promise<void>): Promise<void> {
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Error(`mqtt: expected the broker to take a message, got ${why()}.`));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([work(), stopped]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
