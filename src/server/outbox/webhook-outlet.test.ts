import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { webhookOutlet } from "./webhook-outlet.ts";

const secret = "0123456789abcdef";
const clock = (): Date => new Date(1_700_000_000_500);
const got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
const answers: number[] = [];
let server: Server;
let url: string;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    got.push({ headers: request.headers, body });
    response.writeHead(answers.shift() ?? 204, { location: "/elsewhere" }).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/verdicts`;
});

afterAll(() => server.close());

const message = { id: "m1", detector: "parts", payload: '{"id":"m1","text":"ü"}' };
const { signal } = new AbortController();

test("a message comes as JSON, with its id and a signature over time and body that the receiver can check", async () => {
  expect(await webhookOutlet({ url, secret, clock }).deliver(message, signal)).toBe("delivered");
  const { headers, body } = got.at(-1)!;
  expect(body).toBe(message.payload);
  const timestamp = String(headers["radar-timestamp"]);
  expect(timestamp).toBe("1700000000");
  const own = createHmac("sha256", secret)
    .update(timestamp)
    .update(".")
    .update(Buffer.from(body))
    .digest("hex");
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "radar-id": "m1",
    "radar-signature": `sha256=${own}`,
  });
});

test("an answer of the 400s about the message refuses it; any other one is no delivery, nor is a redirection or silence", async () => {
  const outlet = webhookOutlet({ url, secret, clock });
  answers.push(422);
  expect(await outlet.deliver(message, signal)).toBe("refused");
  for (const status of [500, 503, 401, 404, 429, 302]) {
    answers.push(status);
    await expect(outlet.deliver(message, signal)).rejects.toThrow(`got ${status}`);
  }
  await expect(
    webhookOutlet({ url: "http://127.0.0.1:1/", secret, clock }).deliver(message, signal),
  ).rejects.toThrow();
});

test("a short secret and an address with a password are refused without a word of them", () => {
  expect(() => webhookOutlet({ url, secret: "short-one", clock })).toThrow(/at least 16 characters, got 9/);
  for (const other of ["ftp://host/", "verdicts", "https://me:hidden@host/"]) {
    expect(() => webhookOutlet({ url: other, secret, clock })).toThrow(
      /^webhook: expected an address(?!.*hidden)/,
    );
  }
});
