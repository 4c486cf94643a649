import {
  AttributeIds,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  UserTokenType,
} from "node-opcua";
import { expect, test } from "vitest";
import { freePort } from "../../test/support/free-port.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { VerdictTable } from "./history/database.ts";
import { startOpcua } from "./opcua.ts";

const folder = temporaryFolder();
const clientCertificateManager = new OPCUACertificateManager({
  rootFolder: folder.at("client"),
  automaticallyAcceptUnknownCertificate: true,
});

const verdict = (id: string, detector: string, anomalyScore: number): VerdictTable => ({
  id,
  time: "2026-01-31T12:00:00.123Z",
  detector,
  version: "ab".repeat(32),
  imageName: `${id}.png`,
  imageHash: "cd",
  anomalyScore,
  pValue: 0.25,
  threshold: 1,
  isAnomalous: anomalyScore > 1 ? 1 : 0,
  latencyMs: 3,
  warnings: "[]",
  caller: "line",
  truth: null,
  note: null,
  pictureBytes: 0,
});

test("a client reads and is told the last verdict of each detector", async () => {
  const port = await freePort();
  const server = await startOpcua({ host: "127.0.0.1", port, folder: folder.at("open") });
  server.tell(verdict("b", "parts", 0.1 + 0.2));
  server.tell(verdict("a", "parts", 9)); // an earlier one changes nothing
  server.tell(verdict("c", "lids", 7));
  const client = OPCUAClient.create({ endpointMustExist: false, clientCertificateManager });
  await client.withSessionAsync(server.url, async (session) => {
    const read = async (name: string) =>
      (await session.read({ nodeId: `ns=1;s=${name}`, attributeId: AttributeIds.Value })).value.value;
    expect(await read("parts.AnomalyScore")).toBe(0.1 + 0.2);
    expect(await read("parts.IsAnomalous")).toBe(false);
    expect(await read("parts.PictureName")).toBe("b.png");
    expect(await read("parts.Time")).toEqual(new Date("2026-01-31T12:00:00.123Z"));
    expect(await read("parts.ModelVersion")).toBe("ab".repeat(32));
    expect(await read("lids.IsAnomalous")).toBe(true);
    const { references } = await session.browse("ns=1;s=Radar");
    expect(references?.map(({ browseName }) => browseName.name)).toEqual(["parts", "lids"]);
    server.tell(verdict("d", "parts", 3));
    expect([await read("parts.AnomalyScore"), await read("parts.VerdictId")]).toEqual([3, "d"]);
  });
  await server.end();
}, 60_000);

test("others need user and password, and are refused without", async () => {
  const open = startOpcua({ host: "0.0.0.0", port: 4840, folder: folder.at("none") });
  await expect(open).rejects.toMatchObject({ code: "E_OPTION" });
  const port = await freePort();
  const user = { username: "plc", password: "a secret" };
  const server = await startOpcua({ host: "127.0.0.1", port, folder: folder.at("closed"), ...user });
  server.tell(verdict("a", "parts", 2));
  const secure = {
    endpointMustExist: false,
    clientCertificateManager,
    securityMode: MessageSecurityMode.SignAndEncrypt,
    securityPolicy: SecurityPolicy.Basic256Sha256,
    connectionStrategy: { maxRetry: 0 },
  };
  const score = (password: string): Promise<unknown> =>
    OPCUAClient.create(secure).withSessionAsync(
      { endpointUrl: server.url, userIdentity: { type: UserTokenType.UserName, userName: "plc", password } },
      async (session) =>
        (await session.read({ nodeId: "ns=1;s=parts.AnomalyScore", attributeId: AttributeIds.Value })).value
          .value,
    );
  expect(await score("a secret")).toBe(2);
  await expect(score("another")).rejects.toThrow();
  await expect(OPCUAClient.create(secure).withSessionAsync(server.url, async () => 0)).rejects.toThrow();
  await server.end();
}, 60_000);
