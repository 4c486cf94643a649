/** What a station must know and nobody else: from a file or the environment, never from the command line, never in a log. */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { OptionError } from "../base/errors.ts";
import { fileError } from "../node/system-error.ts";

/** Secrets of a station. */
export interface Secrets {
  readonly mqtt: {
    readonly username?: string | undefined;
    readonly password?: string | undefined;
    /** PEM. */
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  readonly webhook: { readonly secret?: string | undefined };
  readonly opcua: { readonly username?: string | undefined; readonly password?: string | undefined };
}

const text = z.string().min(1).optional();
const schema = z.strictObject({
  mqtt: z.strictObject({ username: text, password: text, ca: text, cert: text, key: text }).default({}),
  webhook: z.strictObject({ secret: text }).default({}),
  opcua: z.strictObject({ username: text, password: text }).default({}),
});

/**
 * Reads secrets: `{"mqtt": {"username", "password", "ca", "cert", "key"}, "webhook": {"secret"}, "opcua": {"username", "password"}}`, of which `ca`, `cert` and `key` are PEM files by
 * their paths from the file's folder. What the file does not say the environment may: RADAR_MQTT_USERNAME, RADAR_MQTT_PASSWORD, RADAR_WEBHOOK_SECRET, RADAR_OPCUA_USERNAME, RADAR_OPCUA_PASSWORD.
 *
 * @throws {FileError} E_FILE if a file cannot be read; {OptionError} E_OPTION if it is another one.
 */
export async function readSecrets(
  path: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Secrets> {
  const { mqtt, webhook, opcua } = path === undefined ? schema.parse({}) : parse(await read(path), path);
  const pem = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined || path === undefined ? undefined : read(resolve(dirname(path), file));
  return {
    mqtt: {
      username: mqtt.username ?? environment.RADAR_MQTT_USERNAME,
      password: mqtt.password ?? environment.RADAR_MQTT_PASSWORD,
      ca: await pem(mqtt.ca),
      cert: await pem(mqtt.cert),
      key: await pem(mqtt.key),
    },
    webhook: { secret: webhook.secret ?? environment.RADAR_WEBHOOK_SECRET },
    opcua: {
      username: opcua.username ?? environment.RADAR_OPCUA_USERNAME,
      password: opcua.password ?? environment.RADAR_OPCUA_PASSWORD,
    },
  };
}

function parse(content: string, path: string): z.infer<typeof schema> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw new OptionError(`secrets: expected JSON, got another text at ${path}.`); // which is not shown
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const at = parsed.error.issues[0]?.path.join(".") || "its top";
  throw new OptionError(
    `secrets: expected {"mqtt": {"username", "password", "ca", "cert", "key"}, "webhook": {"secret"}, "opcua": {"username", "password"}} at ${path}, got something else at ${at}.`,
  );
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw fileError(path, "read", error);
  }
}
