import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { readArguments } from "../../src/cli/arguments.ts";
import { type Command, commonArgs } from "../../src/cli/command.ts";
import { serveCommand } from "../../src/cli/commands/serve.ts";
import { workerCommand } from "../../src/cli/commands/worker.ts";
import { freePort } from "../support/free-port.ts";
import { redisMissing } from "../support/redis.ts";
import { readText, repository } from "../support/repository.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = temporaryFolder();
const text = readText("deploy/compose.yaml");
const dockerfile = readText("deploy/Dockerfile");
const compose = z
  .object({
    services: z.record(
      z.string(),
      z.object({
        image: z.string(),
        user: z.string(),
        command: z.array(z.string()),
        environment: z.record(z.string(), z.string()),
        volumes: z.array(z.string()).default([]),
        secrets: z.array(z.string()).default([]),
        depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
        healthcheck: z.object({ test: z.array(z.string()) }).optional(),
        read_only: z.boolean(),
      }),
    ),
    volumes: z.record(z.string(), z.null()),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(text));
const services = Object.entries(compose.services);
const service = (name: string) => compose.services[name]!;

test("deploy/compose.yaml is what the Compose specification allows", () => {
  const program = join(repository, "node_modules", "dclint", "bin", "dclint.cjs");
  const { stdout } = spawnSync(process.execPath, [program, "-f", "json", "deploy/compose.yaml"], {
    cwd: repository,
    encoding: "utf8",
  });
  const [{ messages }] = z
    .tuple([z.object({ messages: z.array(z.object({ rule: z.string(), message: z.string() })) })])
    .parse(JSON.parse(stdout));
  const styles = ["service-keys-order", "top-level-properties-order", "no-build-and-image"];
  expect(messages.filter(({ rule }) => !styles.includes(rule))).toEqual([]);
});

test("every service is another user than root, has what it names, and no secret in the file", () => {
  for (const [name, { user, volumes, secrets, depends_on, environment, command, read_only }] of services) {
    expect([name, /^(node|valkey)$/.test(user), read_only]).toEqual([name, true, true]);
    for (const volume of volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
    for (const secret of secrets) expect(Object.keys(compose.secrets)).toContain(secret);
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect([other, condition, service(other).healthcheck !== undefined]).toEqual([
        other,
        "service_healthy",
        true,
      ]);
    }
    for (const value of [...Object.values(environment), ...command].filter((part) =>
      /pass|redis:/.test(part),
    ))
      expect(value).toMatch(/\$\{REDIS_PASSWORD:\?|"\$\$REDIS_PASSWORD"/);
  }
  expect(dockerfile.indexOf("\nUSER node")).toBeGreaterThan(dockerfile.lastIndexOf("\nFROM "));
  expect(dockerfile.indexOf("\nUSER node")).toBeLessThan(dockerfile.indexOf("\nENTRYPOINT "));
});

test.each<[string, Command]>([
  ["station", serveCommand],
  ["worker", workerCommand],
])("the command of %s is one of radar's, with options that it has", (name, command) => {
  const [first, ...raw] = service(name).command;
  expect(first).toBe(command.name);
  const args = readArguments(raw, { ...command.args, ...commonArgs }, command);
  expect(args.text("state")).toBe("/state");
});

test("the health check of the station says whether it lives", async () => {
  const [kind, program, ...args] = service("station").healthcheck?.test ?? [];
  expect([kind, program]).toEqual(["CMD", "node"]);
  const server = createServer((request, answer) => {
    answer.statusCode = request.url === "/v2/health/live" ? 200 : 404;
    answer.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const check = async (): Promise<unknown> => {
    const own = args.map((arg) => arg.replace("8080", String(port)));
    return (await once(spawn(process.execPath, own, { stdio: "ignore" }), "exit"))[0];
  };
  expect(await check()).toBe(0);
  server.close();
  await once(server, "close");
  expect(await check()).toBe(1);
});

describe.skipIf(redisMissing !== "")(`the store${redisMissing}`, () => {
  test("starts by its command with the password that it is given, and its health check asks with it", async () => {
    const port = await freePort();
    const ours = (line: string): string =>
      line
        .replaceAll("$$", "$")
        .replace("valkey-server", `redis-server`)
        .replace("dir /data\\n", `dir ${folder.path}\\nport ${port}\\nbind 127.0.0.1\\n`)
        .replace("valkey-cli", `redis-cli -p ${port}`);
    const { command, healthcheck } = service("redis");
    const env = { ...process.env, REDIS_PASSWORD: "of-this-test" };
    const [shell = "", flag = "", line = ""] = command;
    const store = spawn(shell, [flag, ours(line)], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true, // a group: the shell and what it starts
    });
    for await (const chunk of store.stdout) if (String(chunk).includes("Ready to accept")) break;
    const check = (password: string) =>
      spawnSync("sh", ["-c", ours(healthcheck?.test[1] ?? "")], {
        env: { ...env, REDIS_PASSWORD: password },
      });
    expect(check("of-this-test").status).toBe(0);
    expect(check("another").status).not.toBe(0);
    process.kill(-store.pid!, "SIGKILL");
    await once(store, "exit");
  });
});
