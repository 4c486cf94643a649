import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { readSecrets } from "./secrets.ts";

const folder = temporaryFolder();
const write = (name: string, value: unknown) =>
  folder.write(name, typeof value === "string" ? value : JSON.stringify(value));

test("secrets come from the file, certificates from beside it, and what it does not say from the environment", async () => {
  write("ca.pem", "-----BEGIN");
  const path = write("a.json", { mqtt: { username: "station", ca: "ca.pem" } });
  const environment = { RADAR_MQTT_USERNAME: "other", RADAR_MQTT_PASSWORD: "p", RADAR_WEBHOOK_SECRET: "s" };
  expect(await readSecrets(path, environment)).toEqual({
    mqtt: { username: "station", password: "p", ca: "-----BEGIN", cert: undefined, key: undefined },
    webhook: { secret: "s" },
    opcua: { username: undefined, password: undefined },
  });
  expect(await readSecrets(undefined, {})).toEqual({
    mqtt: { username: undefined, password: undefined, ca: undefined, cert: undefined, key: undefined },
    webhook: { secret: undefined },
    opcua: { username: undefined, password: undefined },
  });
});

test("a file that is another one is refused without a word of what is in it", async () => {
  for (const value of ["hidden", { mqtt: { passwd: "hidden" } }, { webhook: { secret: 5 } }]) {
    const refused = await readSecrets(write("b.json", value), {}).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "E_OPTION" });
    expect(String(refused)).not.toContain("hidden");
  }
  await expect(readSecrets(folder.at("none.json"), {})).rejects.toMatchObject({ code: "E_FILE" });
  const missing = write("c.json", { mqtt: { ca: "none.pem" } });
  await expect(readSecrets(missing, {})).rejects.toMatchObject({ code: "E_FILE" });
});
