/** Verdicts to a web address, signed. */
import { createHmac } from "node:crypto";
import { OptionError } from "../../base/errors.ts";
import type { OutboxMessage, Outlet } from "./outlet.ts";

/** Where verdicts are sent. */
export interface WebhookOptions {
  /** http or https; no password in it. */
  readonly url: string;
  /** Known to the receiver too: what came is from here, and was not changed. At least 16 characters. */
  readonly secret: string;
  readonly clock: () => Date;
}

/** Longest time until an answer, in milliseconds (ours). */
const patienceMs = 10_000;

/** Answers that say that this message will not do; all others, that none would now. */
const refusals: readonly number[] = [400, 409, 413, 415, 422];

/** HMAC-SHA256, in hexadecimal, of the time in seconds, a dot and the body. */
function signature(secret: string, { timestamp, body }: { timestamp: string; body: string }): string {
  return createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
}

/** POSTs each message. @throws {OptionError} E_OPTION if address or secret will not do. */
export function webhookOutlet({ url, secret, clock }: WebhookOptions): Outlet {
  checkAddress("webhook", url, ["http:", "https:"]);
  if (secret.length < 16)
    throw new OptionError(
      `webhook: expected a secret of at least 16 characters, got ${secret.length}. openssl rand -hex 32 makes one.`,
    );
  return {
    name: "webhook",
    deliver: async (message, signal) => {
      const answer = await post(url, message, { secret, clock, signal });
      await answer.body?.cancel();
      if (answer.ok) return "delivered";
      if (refusals.includes(answer.status)) return "refused";
      throw new Error(`webhook: expected an answer 2xx, got ${answer.status}.`);
    },
    end: async () => {},
  };
}

function post(
  url: string,
  { id, payload: body }: OutboxMessage,
  { secret, clock, signal }: Pick<WebhookOptions, "secret" | "clock"> & { readonly signal: AbortSignal },
): Promise<Response> {
  const timestamp = String(Math.floor(clock().getTime() / 1000));
  return fetch(url, {
    method: "POST",
    body,
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    headers: {
      "content-type": "application/json",
      "radar-id": id,
      "radar-timestamp": timestamp,
      "radar-signature": `sha256=${signature(secret, { timestamp, body })}`,
    },
  });
}

/** @throws {OptionError} E_OPTION if it is no address of these protocols, or has a password in it: command lines and logs show it. */
export function checkAddress(name: string, address: string, protocols: readonly string[]): void {
  const expected = `${name}: expected an address that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !protocols.includes(url.protocol))
    throw new OptionError(`${expected}, got another.`);
  if (url.username !== "" || url.password !== "")
    throw new OptionError(
      `${expected} without user and password, got one with them. Name them in the secrets.`,
    );
}
