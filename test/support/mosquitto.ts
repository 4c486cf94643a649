/** Debian's MQTT broker, on a port of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const program = "/usr/sbin/mosquitto";
const hasMosquitto = spawnSync(program, ["-h"]).error === undefined;

/** Of a test's name: why it is skipped; empty where the broker is there. */
export const mosquittoMissing: string = hasMosquitto ? "" : " (skipped: needs Debian's mosquitto)";

/** A broker that runs. */
export interface Broker {
  readonly port: number;
  end(): Promise<void>;
}

/** Starts a broker that keeps nothing. @param lines - More of its configuration, after its listener. */
export async function startBroker(folder: string, port: number, lines: readonly string[]): Promise<Broker> {
  const config = join(folder, `mosquitto-${port}.conf`);
  writeFileSync(config, [`listener ${port} 127.0.0.1`, ...lines, ""].join("\n"));
  const child = spawn(program, ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  await listening(child);
  return {
    port,
    end: async () => {
      if (child.exitCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

async function listening(child: ChildProcess): Promise<void> {
  let text = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (/running/.test(text)) resolve();
    });
    child.once("exit", () => reject(new Error(`mosquitto ended:\n${text}`)));
  });
}
