import { dirname } from "node:path";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import { findGroup, holdDirectory, probeSocket, publishSocket } from "../host/mod.ts";
import type { ListenAddress } from "../resources/mod.ts";
import { bindGrpcServer } from "./grpc_server.ts";

/** Why a door could not be opened; `busy` means that another certgate is at work there. */
export interface OpenFailure {
  readonly kind: "busy" | "failed";
  readonly message: string;
  readonly hint: string;
}

/** An open door. */
export interface OpenDoor {
  readonly kind: "open";
  /** Where it listens, as a gRPC target. */
  readonly target: string;
  /** Whether it can still be found: whether the socket file is this one. */
  stands(): Promise<boolean>;
  /** Takes the socket file away, if it is still this one. */
  release(): Promise<void>;
}

/** What is to be known of a door besides its address. */
export interface DoorOptions {
  /** The key of the configuration that it belongs to, for hints. */
  readonly key: "hook" | "sds";
  /** Who may connect to a Unix socket besides its user. */
  readonly group?: string;
  /** TLS for a tcp address; without it that is plain text. */
  readonly credentials?: ServerCredentials;
}

/**
 * Binds a gRPC server. A stale socket is taken over in one rename, a live one is refused, and before the rename the socket
 * has its mode (0660) and group, so nobody ever connects to a half-made one. Of several that start at once one wins.
 *
 * @param server It takes calls from the moment this returns.
 */
export async function openDoor(
  server: Server,
  address: ListenAddress,
  options: DoorOptions,
): Promise<OpenDoor | OpenFailure> {
  return address.kind === "unix"
    ? await openUnix(server, address.path, options)
    : await openTcp(server, address, options);
}

async function openTcp(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  { key, credentials }: DoorOptions,
): Promise<OpenDoor | OpenFailure> {
  const name = host.includes(":") ? `[${host}]` : host;
  try {
    const bound = await bindGrpcServer(server, `${name}:${port}`, credentials);
    return {
      kind: "open",
      target: `${name}:${bound}`,
      stands: () => Promise.resolve(true),
      release: () => Promise.resolve(),
    };
  } catch (error) {
    const { message } = error as Error;
    // grpc-js hands on a sentence, not the code of the system.
    const kind = /EADDRINUSE|address (already )?in use/i.test(message) ? "busy" : "failed";
    return {
      kind,
      message: `Cannot listen on "tcp://${name}:${port}": ${
        kind === "busy" ? "the port is in use" : message
      }`,
      hint: kind === "busy" ? `another certgate may be running; ${key}.listen names the port` : "",
    };
  }
}

async function openUnix(
  server: Server,
  path: string,
  { key, group: groupName }: DoorOptions,
): Promise<OpenDoor | OpenFailure> {
  const group = groupName === undefined ? undefined : await findGroup(groupName);
  if (groupName !== undefined && group === undefined) {
    return failed(
      `Cannot give the socket to the group "${groupName}": there is no such group`,
      `see ${key}.group`,
    );
  }
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o755 });
    // Of two that start at once, one would else rename the socket that the other has just bound, and nobody answer.
    return await holdDirectory(dirname(path), () => bindUnix(server, path, { key, group }));
  } catch (error) {
    const denied = /denied|not permitted|EACCES|EPERM/i.test((error as Error).message);
    const hint = denied ? `run it as a user that may write there, or set ${key}.listen to another path` : "";
    return failed(`Cannot listen on "unix://${path}": ${(error as Error).message}`, hint);
  }
}

async function bindUnix(
  server: Server,
  path: string,
  { key, group }: { readonly key: string; readonly group?: number },
): Promise<OpenDoor | OpenFailure> {
  const state = await probeSocket(path);
  if (state === "live") {
    return {
      kind: "busy",
      message: `Cannot listen on "unix://${path}": somebody answers there already`,
      hint: `another certgate is running; stop it, or give this one another ${key}.listen`,
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
  await bindGrpcServer(server, `unix:${bound}`);
  await publishSocket(bound, path, group);
  const { ino } = await Deno.stat(path);
  const stands = async () => (await Deno.stat(path).catch(() => null))?.ino === ino;
  return {
    kind: "open",
    target: `unix:${path}`,
    stands,
    async release() {
      if (await stands()) await Deno.remove(path).catch(() => {});
    },
  };
}

function failed(message: string, hint = ""): OpenFailure {
  return { kind: "failed", message, hint };
}
