/** What every request goes through before a route: where it comes from, who makes it, and the record of what it changed. */
import type { MiddlewareHandler } from "hono";
import { type Access, checkOrigin, checkRole, isAudited, roleFor } from "./access.ts";
import type { AuditLog } from "./audit-log.ts";
import { problemOf } from "./http-error.ts";
import type { Caller } from "./protocol.ts";

declare module "hono" {
  interface ContextVariableMap {
    /** Who makes the request; set by {@link accessControl}. */
    readonly caller: Caller;
  }
}

/** What the control stands on. */
export interface AccessControlOptions {
  readonly access: Access;
  readonly audit: AuditLog;
  /** Whether the server listens on this machine's own address alone. */
  readonly isLocal: boolean;
  /** The time of day. */
  readonly clock: () => Date;
}

/** Lets through what may be done, and records every request that is none of looking or scoring, refused ones too. */
export function accessControl({ access, audit, isLocal, clock }: AccessControlOptions): MiddlewareHandler {
  return async (c, next) => {
    const { method, path } = c.req;
    const needed = roleFor(method, path);
    if (needed === null) return next();
    let caller: Caller | undefined;
    let status: number | undefined;
    try {
      checkOrigin(c.req.raw.headers, isLocal);
      caller = access.callerOf(c.req.header("authorization"));
      checkRole(caller, needed);
      c.set("caller", caller);
      await next();
      status = c.res.status;
    } catch (error) {
      ({ status } = problemOf(error));
      throw error;
    } finally {
      if (isAudited(method, path)) {
        const { name = "unknown", role = null } = caller ?? {};
        await audit.record({
          time: clock().toISOString(),
          caller: name,
          role,
          method,
          path,
          status: status ?? 500,
        });
      }
    }
  };
}
