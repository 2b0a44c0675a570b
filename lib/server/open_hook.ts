import { dirname } from "node:path";
import type { ServerCredentials } from "@grpc/grpc-js";
import { findGroup, holdDirectory, probeSocket, publishSocket } from "../host/mod.ts";
import { type Config, parseListenAddress } from "../resources/mod.ts";
import { bindGrpcServer, type GrpcServer } from "./grpc_server.ts";

/** Why a door could not be opened; `busy` means that another certgate is at work there. */
export interface OpenFailure {
  readonly kind: "busy" | "failed";
  readonly message: string;
  readonly hint: string;
}

/** An open hook. */
export interface OpenHook {
  readonly kind: "open";
  /** Where it listens, as a gRPC target. */
  readonly target: string;
  /** Takes the socket file away, if it is still this one. */
  release(): Promise<void>;
}

/**
 * Binds the hook. A stale socket is taken over in one rename, a live one is refused, and before the rename the socket
 * has its mode (0660) and group, so nobody ever connects to a half-made one. Of several that start at once one wins.
 *
 * @param grpc The server; it takes calls from the moment this returns.
 * @param hook Where to listen, and which group may connect.
 * @param credentials TLS for a tcp address; without it that is plain text.
 */
export async function openHook(
  grpc: GrpcServer,
  hook: Pick<Config["hook"], "listen" | "group">,
  credentials?: ServerCredentials,
): Promise<OpenHook | OpenFailure> {
  const address = parseListenAddress(hook.listen);
  if (typeof address === "string") throw new TypeError(`Not an address to listen on: ${hook.listen}`);
  return address.kind === "unix"
    ? await openUnix(grpc, address.path, hook.group)
    : await openTcp(grpc, address.host, address.port, credentials);
}

async function openTcp(
  grpc: GrpcServer,
  host: string,
  port: number,
  credentials?: ServerCredentials,
): Promise<OpenHook | OpenFailure> {
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const bound = await bindGrpcServer(grpc.server, `${name}:${port}`, credentials);
    return { kind: "open", target: `${name}:${bound}`, release: () => Promise.resolve() };
  } catch (error) {
    const { message } = error as Error;
    // grpc-js hands on a sentence, not the code of the system.
    const kind = /EADDRINUSE|address (already )?in use/i.test(message) ? "busy" : "failed";
    return {
      kind,
      message: `Cannot listen on "tcp://${name}:${port}": ${
        kind === "busy" ? "the port is in use" : message
      }`,
      hint: kind === "busy" ? "another certgate may be running; hook.listen names the port" : "",
    };
  }
}

async function openUnix(grpc: GrpcServer, path: string, groupName?: string): Promise<OpenHook | OpenFailure> {
  const group = groupName === undefined ? undefined : await findGroup(groupName);
  if (groupName !== undefined && group === undefined) {
    return failed(
      `Cannot give the socket to the group "${groupName}": there is no such group`,
      "see hook.group",
    );
  }
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
    // Of two that start at once, one would else rename the socket that the other has just bound, and nobody answer.
    return await holdDirectory(dirname(path), () => bindUnix(grpc, path, group));
  } catch (error) {
    const denied = /denied|not permitted|EACCES|EPERM/i.test((error as Error).message);
    const hint = denied ? "run it as a user that may write there, or set hook.listen to another path" : "";
    return failed(`Cannot listen on "unix://${path}": ${(error as Error).message}`, hint);
  }
}

async function bindUnix(grpc: GrpcServer, path: string, group?: number): Promise<OpenHook | OpenFailure> {
  const state = await probeSocket(path);
  if (state === "live") {
    return {
      kind: "busy",
      message: `Cannot listen on "unix://${path}": somebody answers there already`,
      hint: "another certgate is running; stop it, or give this one another hook.listen",
    };
  }
  if (state === "other") {
    return failed(
      `Cannot listen on "unix://${path}": something else than a socket stands there`,
      "move it away",
    );
  }
  const bound = `${path}.new`;
  // Left over from a start that was killed between bind and rename; nobody else uses the name.
  await Deno.remove(bound).catch(() => {});
  await bindGrpcServer(grpc.server, `unix:${bound}`);
  await publishSocket(bound, path, group);
  const { ino } = await Deno.stat(path);
  return {
    kind: "open",
    target: `unix:${path}`,
    async release() {
      const found = await Deno.stat(path).catch(() => null);
      if (found?.ino === ino) await Deno.remove(path).catch(() => {});
    },
  };
}

function failed(message: string, hint = ""): OpenFailure {
  return { kind: "failed", message, hint };
}
