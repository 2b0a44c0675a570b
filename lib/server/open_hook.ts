import type { ServerCredentials } from "@grpc/grpc-js";
import { type Config, parseListenAddress } from "../resources/mod.ts";
import type { GrpcServer } from "./grpc_server.ts";
import { type OpenDoor, openDoor, type OpenFailure } from "./open_door.ts";

/** An open hook. */
export type OpenHook = OpenDoor;

/**
 * Binds the hook, see {@linkcode openDoor}.
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
  return await openDoor(grpc.server, address, { key: "hook", group: hook.group, credentials });
}
