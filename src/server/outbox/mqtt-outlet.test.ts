import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { connectAsync, type IPublishPacket } from "mqtt";
import { expect, test } from "vitest";
import { freePort } from "../../../test/support/free-port.ts";
import { mosquittoMissing, startBroker } from "../../../test/support/mosquitto.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { mqttOutlet } from "./mqtt-outlet.ts";

const folder = temporaryFolder();
const message = (id: string) => ({ id, detector: "parts", payload: JSON.stringify({ id }) });
const { signal } = new AbortController();
const soon = (): AbortSignal => AbortSignal.timeout(300);

test.skipIf(mosquittoMissing !== "")(
  `a message is delivered when the broker has it, with user and password over TLS, and waits for a broker that is away${mosquittoMissing}`,
  async () => {
    const [key, cert, passwords] = ["key.pem", "cert.pem", "passwords"].map((name) => folder.at(name));
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const files = ["-keyout", key!, "-out", cert!];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        ...files,
        ...subject,
      ],
      { stdio: "pipe" },
    );
    execFileSync("mosquitto_passwd", ["-b", "-c", passwords!, "station", "a secret"], { stdio: "pipe" });
    for (const path of [key!, passwords!]) chmodSync(path, 0o644); // the broker gives up root's rights
    chmodSync(folder.path, 0o755);
    const lines = [
      `certfile ${cert}`,
      `keyfile ${key}`,
      "allow_anonymous false",
      `password_file ${passwords}`,
    ];
    const port = await freePort();
    const secret = { username: "station", password: "a secret", ca: readFileSync(cert!, "utf8") };
    const url = `mqtts://localhost:${port}`;
    const outlet = await mqttOutlet({ url, topic: "line/3", ...secret });
    await expect(outlet.deliver(message("early"), soon())).rejects.toThrow(/ECONNREFUSED/);
    const broker = await startBroker(folder.path, port, lines);
    const reader = await connectAsync(url, { protocolVersion: 5, ...secret });
    await reader.subscribeAsync("line/3/+/verdict", { qos: 1 });
    const arrived = new Promise<[string, string, IPublishPacket]>((resolve) =>
      reader.once("message", (topic, payload, packet) => resolve([topic, payload.toString(), packet])),
    );
    expect(await outlet.deliver(message("a"), signal)).toBe("delivered");
    const [topic, payload, packet] = await arrived;
    expect([topic, payload]).toEqual(["line/3/parts/verdict", '{"id":"a"}']);
    expect(packet.properties).toMatchObject({ contentType: "application/json", userProperties: { id: "a" } });
    await outlet.end();
    const stranger = await mqttOutlet({ url, topic: "line/3", ...secret, password: "wrong" });
    const refused = await stranger.deliver(message("b"), AbortSignal.timeout(1500)).catch(String);
    expect(refused).toMatch(/Not authorized/i);
    expect(refused).not.toMatch(/wrong|a secret/);
    await Promise.all([stranger.end(), reader.endAsync(true)]);
    await broker.end();
  },
  30_000,
);

test("an address that is none, or has a password in it, is refused without a word of it", async () => {
  for (const url of ["broker:1883", "http://broker", "mqtt://me:hidden@broker"]) {
    const refused = await mqttOutlet({ url, topic: "radar" }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "E_OPTION" });
    expect(String(refused)).not.toContain("hidden");
  }
});
