/** The last verdict of each detector as an OPC UA server tells it. */
import { createHash, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { OPCUAServer, UAObject, UAVariable } from "node-opcua";
import { FileError, OptionError, RadarError } from "../base/errors.ts";
import { packageVersion } from "../node/software-versions.ts";
import { isLoopback } from "./access.ts";
import type { VerdictTable } from "./history/database.ts";

/** How verdicts are told by OPC UA. */
export interface OpcuaOptions {
  readonly host: string;
  /** 0 is none: clients must know it. */
  readonly port: number;
  /** Where certificates are kept. */
  readonly folder: string;
  /** Who may read; without, everybody may, on this machine alone. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** An OPC UA server that runs. */
export interface OpcuaServer {
  readonly url: string;
  /** Tells a verdict, unless a later one of the detector is told. */
  tell(verdict: VerdictTable): void;
  end(): Promise<void>;
}

/** What is told of a verdict: the variable's name, its OPC UA type, its value. */
const told = [
  ["AnomalyScore", "Double", ({ anomalyScore }: VerdictTable) => anomalyScore],
  ["PValue", "Double", ({ pValue }: VerdictTable) => pValue],
  ["Threshold", "Double", ({ threshold }: VerdictTable) => threshold],
  ["IsAnomalous", "Boolean", ({ isAnomalous }: VerdictTable) => isAnomalous !== 0],
  ["PictureName", "String", ({ imageName }: VerdictTable) => imageName],
  ["Time", "DateTime", ({ time }: VerdictTable) => new Date(time)],
  ["ModelVersion", "String", ({ version }: VerdictTable) => version],
  ["VerdictId", "String", ({ id }: VerdictTable) => id],
] as const;

interface Told {
  readonly variables: readonly UAVariable[];
  last: string;
}

/**
 * Starts an OPC UA server: `Objects/Radar/<detector>` with a variable for each of {@link told}, whose node ids are `ns=1;s=<detector>.<name>`.
 *
 * @throws {OptionError} E_OPTION if others reach it and there is no user; {RadarError} E_PACKAGE if the package node-opcua is not there; {FileError} E_FILE if it
 * cannot listen.
 */
export async function startOpcua(options: OpcuaOptions): Promise<OpcuaServer> {
  const { host, port, username, password } = options;
  if (!isLoopback(host) && (username === undefined || password === undefined))
    throw new OptionError(
      `opcua: expected user and password for a server that others reach at ${host}, got none. Put them in the file of --secrets.`,
    );
  const opcua = await loadOpcua();
  const server = await listen(opcua, options);
  const { addressSpace } = server.engine;
  const namespace = addressSpace?.getOwnNamespace();
  if (namespace === undefined) throw new RadarError("E_INTERNAL", "opcua: internal: no address space.");
  const radar = namespace.addFolder("ObjectsFolder", { browseName: "Radar", nodeId: "s=Radar" });
  const detectors = new Map<string, Told>();
  const add = (name: string): Told => {
    const object: UAObject = namespace.addObject({
      organizedBy: radar,
      browseName: name,
      nodeId: `s=${name}`,
    });
    const variables = told.map(([browseName, dataType]) =>
      namespace.addVariable({
        componentOf: object,
        browseName,
        dataType,
        nodeId: `s=${name}.${browseName}`,
        accessLevel: "CurrentRead",
        userAccessLevel: "CurrentRead",
      }),
    );
    const added = { variables, last: "" };
    detectors.set(name, added);
    return added;
  };
  return {
    url: `opc.tcp://${host}:${port}`,
    tell: (verdict) => {
      const found = detectors.get(verdict.detector) ?? add(verdict.detector);
      if (verdict.id <= found.last) return;
      found.last = verdict.id;
      const time = new Date(verdict.time);
      for (const [i, [, dataType, toldOf]] of told.entries()) {
        const value = { dataType: opcua.DataType[dataType], value: toldOf(verdict) };
        found.variables[i]?.setValueFromSource(value, opcua.StatusCodes.Good, time);
      }
    },
    end: () => server.shutdown(1),
  };
}

async function listen(
  opcua: typeof import("node-opcua"),
  { host, port, folder, username, password }: OpcuaOptions,
): Promise<OPCUAServer> {
  const isOpen = username === undefined;
  const serverCertificateManager = new opcua.OPCUACertificateManager({
    rootFolder: join(folder, "pki"),
    automaticallyAcceptUnknownCertificate: true, // who reads is told by user and password
  });
  const server = new opcua.OPCUAServer({
    host,
    port,
    hostname: host,
    serverCertificateManager,
    nodeset_filename: [opcua.nodesets.standard],
    buildInfo: { productName: "radar-ad", softwareVersion: packageVersion() },
    allowAnonymous: isOpen,
    ...(!isOpen && {
      securityPolicies: [opcua.SecurityPolicy.Basic256Sha256],
      securityModes: [opcua.MessageSecurityMode.SignAndEncrypt],
    }),
    userManager: {
      isValidUser: (name: string, given: string) =>
        name === username && password !== undefined && isSame(given, password),
    },
  });
  try {
    await server.initialize();
    await server.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`opcua: cannot listen on ${host}:${port}: ${reason}.`, { cause: error });
  }
  return server;
}

async function loadOpcua(): Promise<typeof import("node-opcua")> {
  try {
    const opcua = await import("node-opcua");
    opcua.setLogLevel(opcua.LogLevel.Emergency); // it would write to stdout; what goes wrong is thrown
    return opcua;
  } catch (error) {
    throw new RadarError(
      "E_PACKAGE",
      "opcua: expected the package node-opcua, got none. Install it beside radar-ad: npm install node-opcua.",
      { cause: error },
    );
  }
}

/** Compares secrets in a time that says nothing of where they differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
