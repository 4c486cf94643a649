/** The outlets of a station, from what it was told. */
import { jsonlOutlet } from "./jsonl-outlet.ts";
import { type MqttOptions, mqttOutlet } from "./mqtt-outlet.ts";
import type { Outlet } from "./outlet.ts";
import { type WebhookOptions, webhookOutlet } from "./webhook-outlet.ts";

/** Where verdicts go besides the history. */
export interface OutletOptions {
  readonly mqtt?: MqttOptions | undefined;
  readonly webhook?: Omit<WebhookOptions, "clock"> | undefined;
  /** A file, a line of JSON each. */
  readonly jsonl?: string | undefined;
}

/** @throws {OptionError} E_OPTION, {FileError} E_FILE, {RadarError} E_PACKAGE if one will not do. */
export async function openOutlets(
  { mqtt, webhook, jsonl }: OutletOptions,
  clock: () => Date,
): Promise<Outlet[]> {
  const toWebhook = webhook && webhookOutlet({ ...webhook, clock });
  const toFile = jsonl === undefined ? undefined : await jsonlOutlet(jsonl);
  const toBroker = mqtt && (await mqttOutlet(mqtt));
  return [toBroker, toWebhook, toFile].filter((outlet) => outlet !== undefined);
}
