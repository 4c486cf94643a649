/** Watched folders as a user has them: `radar watch` killed, with a receiver that is away, and ended with Ctrl-C; a server that tells all who listen. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { AttributeIds, OPCUACertificateManager, OPCUAClient, setLogLevel } from "node-opcua";
import { beforeAll, expect, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { mosquittoMissing, startBroker } from "../support/mosquitto.ts";
import { buildRadar, startRadar } from "../support/radar.ts";
import { startServer, until, writeTinyModel } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
setLogLevel(0); // it speaks on stdout
const [inbox, lines] = [folder.at("inbox"), folder.at("verdicts.jsonl")];
const port = await freePort();
let model: string;
let pictures: string[];

beforeAll(async () => {
  buildRadar();
  const { set, models } = await writeTinyModel(folder.path);
  model = join(models, "parts.onnx");
  pictures = readdirSync(join(set, "train", "good")).map((name) => join(set, "train", "good", name));
  mkdirSync(inbox);
}, 600_000);

function put(from: number, to: number): void {
  for (let i = from; i < to; i++)
    copyFileSync(pictures[i % pictures.length]!, join(inbox, `${String(i).padStart(3, "0")}.png`));
}

function startWatch() {
  const secrets = folder.write("secrets.json", JSON.stringify({ webhook: { secret: "0123456789abcdef" } }));
  const hook = ["--webhook", `http://127.0.0.1:${port}/`, "--secrets", secrets];
  return startRadar("watch", model, inbox, "--settle", "50", "-o", lines, "--jsonl", ...hook);
}

const written = (): { id: string; imageName: string }[] =>
  existsSync(lines)
    ? readFileSync(lines, "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line))
    : [];

test("after kill -9 every picture is scored once, and every verdict reaches the receiver that was away; Ctrl-C drains", async () => {
  const got: string[] = [];
  const receiver = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (got.length === 2) got.push("failed once");
    else got.push(JSON.parse(body).imageName);
    response.writeHead(got.at(-1) === "failed once" ? 503 : 200).end();
  });
  put(0, 12);
  const first = startWatch();
  await first.said(/watching/);
  await until(() => written().length >= 4);
  first.child.kill("SIGKILL");
  await first.ended;
  put(12, 15);
  receiver.listen(port, "127.0.0.1");
  const second = startWatch();
  await until(() => written().length === 15 && new Set(got).size >= 15);
  put(15, 18);
  await until(() => written().length >= 16);
  second.child.kill("SIGINT");
  const { code, stderr } = await second.ended;
  expect(code, stderr).toBe(0);
  expect(stderr).not.toContain("0123456789abcdef");
  const names = written().map(({ imageName }) => imageName);
  expect(new Set(names).size).toBe(names.length); // each once
  expect(names.length).toBeGreaterThanOrEqual(16);
  expect(new Set(names.slice(0, 15))).toEqual(
    new Set(Array.from({ length: 15 }, (_, i) => `${String(i).padStart(3, "0")}.png`)),
  );
  for (const name of names) expect(got).toContain(name);
  receiver.closeAllConnections();
  receiver.close();
}, 120_000);

test("a server with a folder that is not there, or a port that is taken, ends at once and leaves nothing behind", async () => {
  const models = join(model, "..");
  const taken = await freePort();
  const other = createServer().listen(taken, "127.0.0.1");
  const hook = ["--webhook", `http://127.0.0.1:${port}/`];
  const secrets = folder.write("secrets.json", JSON.stringify({ webhook: { secret: "0123456789abcdef" } }));
  const serve = (...args: string[]) =>
    startRadar("serve", "--models", models, ...hook, "--secrets", secrets, ...args).ended;
  const [missing, occupied] = await Promise.all([
    serve("--port", "0", "--state", folder.at("s1"), "--watch", `parts=${folder.at("nowhere")}`),
    serve("--port", String(taken), "--state", folder.at("s2")),
  ]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("nowhere: expected a folder to watch, got none.");
  expect(occupied.code).toBe(1);
  expect(occupied.stderr).toContain(`127.0.0.1:${taken}: cannot listen on`);
  expect([existsSync(folder.at("s1", "server.pid")), existsSync(folder.at("s2", "server.pid"))]).toEqual([
    false,
    false,
  ]);
  other.close();
}, 60_000);

test.skipIf(mosquittoMissing !== "")(
  `a server scores what comes into its folders, and tells brokers, receivers and OPC UA clients${mosquittoMissing}`,
  async () => {
    const broker = await startBroker(folder.path, await freePort(), ["allow_anonymous true"]);
    const url = `mqtt://127.0.0.1:${broker.port}`;
    const reader = await connectAsync(url, { protocolVersion: 5 });
    await reader.subscribeAsync("line/+/verdict", { qos: 1 });
    const told: { id: string; imageName: string }[] = [];
    reader.on("message", (_, payload) => told.push(JSON.parse(payload.toString())));
    const [belt, opcua] = [folder.at("belt"), await freePort()];
    mkdirSync(belt);
    const server = await startServer([
      ...["--models", join(model, ".."), "--watch", `parts=${belt}`, "--opcua", String(opcua)],
      ...["--mqtt", url, "--mqtt-topic", "line"],
    ]);
    copyFileSync(pictures[0]!, join(belt, ".incoming"));
    renameSync(join(belt, ".incoming"), join(belt, "renamed.png"));
    const bytes = readFileSync(pictures[1]!);
    writeFileSync(join(belt, "slow.png"), bytes.subarray(0, 100));
    await new Promise((resolve) => setTimeout(resolve, 250));
    appendFileSync(join(belt, "slow.png"), bytes.subarray(100));
    await until(() => told.length === 2);
    expect(told.map(({ imageName }) => imageName).toSorted()).toEqual(["renamed.png", "slow.png"]);
    const { verdicts } = await server.json("/v1/history");
    expect(verdicts.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      told.map(({ id }) => id).toSorted(),
    );
    const client = OPCUAClient.create({
      endpointMustExist: false,
      clientCertificateManager: new OPCUACertificateManager({
        rootFolder: folder.at("client"),
        automaticallyAcceptUnknownCertificate: true,
      }),
    });
    const last = await client.withSessionAsync(`opc.tcp://127.0.0.1:${opcua}`, (session) =>
      session.read({ nodeId: "ns=1;s=parts.VerdictId", attributeId: AttributeIds.Value }),
    );
    expect(last.value.value).toBe(verdicts[0].id);
    await until(async () =>
      /radar_outbox_messages_total\{outlet="mqtt",outcome="delivered"\} 2/.test(
        await (await server.fetch("/metrics")).text(),
      ),
    );
    expect(await server.stop()).toBe(0);
    await reader.endAsync(true);
    await broker.end();
  },
  60_000,
);
