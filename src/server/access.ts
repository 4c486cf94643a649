/** Who may do what: tokens with roles, and which role a request needs. */
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { OptionError, ServiceError } from "../base/errors.ts";
import { writeFileAtomic } from "../node/atomic-file.ts";
import { pathKind } from "../node/path-kind.ts";
import { fileError } from "../node/system-error.ts";
import { type Caller, type Role, roles } from "./protocol.ts";

const tokensSchema = z.array(
  z.object({
    name: z.string().min(1).max(64),
    role: z.enum(roles),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);

type TokenEntry = z.infer<typeof tokensSchema>[number];

/** Finds the caller of a request by its token. */
export interface Access {
  /**
   * @param authorization - The header.
   * @throws {ServiceError} E_TOKEN if tokens are needed and it has none that is known.
   */
  callerOf(authorization: string | undefined): Caller;
}

/** Without tokens whoever reaches the server may do everything. */
export const openAccess: Access = { callerOf: () => ({ name: "local", role: "admin" }) };

/**
 * Access by the tokens of a file, which holds their SHA-256 alone.
 *
 * @throws {FileError} E_FILE if it cannot be read; {OptionError} E_OPTION if it is no file of tokens.
 */
export async function tokenAccess(path: string): Promise<Access> {
  const entries = new Map((await readTokens(path)).map((entry) => [entry.sha256, entry]));
  return {
    callerOf: (authorization) => {
      const token = /^Bearer ([\w.~+/=-]{1,200})$/i.exec(authorization ?? "")?.[1];
      const entry = token === undefined ? undefined : entries.get(sha256(token));
      if (entry !== undefined) return { name: entry.name, role: entry.role };
      const got = token === undefined ? "none" : "one that is not known";
      throw new ServiceError(
        "E_TOKEN",
        `request: expected a token of this server as "Authorization: Bearer <token>", got ${got}. radar token makes one.`,
      );
    },
  };
}

/**
 * Adds a new token to a file of tokens; one of the same name is replaced.
 *
 * @returns The token, which is kept nowhere.
 * @throws as {@link tokenAccess}.
 */
export async function addToken(path: string, { name, role }: Caller): Promise<string> {
  const entries = (await pathKind(path)) === "missing" ? [] : await readTokens(path);
  const token = randomBytes(32).toString("base64url");
  const entry: TokenEntry = { name, role, sha256: sha256(token) };
  const others = entries.filter((other) => other.name !== name);
  await writeFileAtomic(path, `${JSON.stringify([...others, entry], null, 2)}\n`);
  return token;
}

async function readTokens(path: string): Promise<TokenEntry[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw fileError(path, "read", error);
  }
  try {
    return tokensSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new OptionError(`tokens: expected a file that radar token wrote, got another at ${path}.`, {
      cause: error,
    });
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const calibratePath = /^\/v1\/detectors\/[^/]+\/calibrate$/;

/** What operators may do besides looking. */
const operatorPaths = [
  /^\/v1\/detectors\/[^/]+\/(versions\/[^/]+\/)?score$/,
  /^\/v2\/models\/[^/]+\/(versions\/[^/]+\/)?infer$/,
  /^\/v1\/history\/[^/]+$/,
  calibratePath,
];

/** The page: its files are the same for everyone. */
const pagePath = /^\/(assets\/[^/]+)?$/;

/** The role that a request needs; what is not named here is for admins. null: none. */
export function roleFor(method: string, path: string): Role | null {
  const isGet = method === "GET" || method === "HEAD";
  if (path.startsWith("/v2/health/") || (isGet && pagePath.test(path))) return null;
  if (path === "/v1/audit") return "admin";
  if (isGet) return "viewer";
  return (method === "POST" || method === "PATCH") && operatorPaths.some((pattern) => pattern.test(path))
    ? "operator"
    : "admin";
}

/** Whether a request is written down: those that change more than the history does. */
export function isAudited(method: string, path: string): boolean {
  return method !== "GET" && (roleFor(method, path) === "admin" || calibratePath.test(path));
}

/** @throws {ServiceError} E_ROLE if the caller's role is below the one needed. */
export function checkRole({ name, role }: Caller, needed: Role): void {
  if (roles.indexOf(role) >= roles.indexOf(needed)) return;
  throw new ServiceError("E_ROLE", `request: expected a token of role ${needed}, got ${role} (${name}).`);
}

/** Whether an address is this machine's own. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/**
 * Refuses what a page of another site makes a browser send: it has that site's origin, or, with a name that was bent to this machine,
 * another host than the server's.
 *
 * @throws {ServiceError} E_ROLE.
 */
export function checkOrigin(headers: Headers, isLocal: boolean): void {
  const host = headers.get("host") ?? "";
  const origin = headers.get("origin");
  const isForeign = origin !== null && hostOf(origin) !== host;
  const isBent = isLocal && !isLoopback(host.replace(/:\d+$/, ""));
  if (!isForeign && !isBent) return;
  throw new ServiceError(
    "E_ROLE",
    "request: expected one of this server's own pages or of a program, got one of another site.",
  );
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
