import { logVerbosity, Server, setLogVerbosity } from "@grpc/grpc-js";
import type { ListenAddress } from "../../resources/mod.ts";
import { stopGrpcServer } from "../grpc_server.ts";
import { type ClientGuard, guardClients } from "../guard_clients.ts";
import type { HookCredentials } from "../hook_credentials.ts";
import { openDoor, type OpenFailure } from "../open_door.ts";
import { countSessions } from "./_count_sessions.ts";
import { type DeskParts, SdsDesk } from "./_sds_desk.ts";
import { SDS_DEFINITION, SdsCalls } from "./_sds_service.ts";
import type { SdsServerStatus } from "./sds_server_status.ts";

/** What {@linkcode openSds} needs. */
export interface SdsParts extends DeskParts {
  /** Group that may connect to a Unix socket. */
  readonly group?: string;
  /** TLS for a tcp address. */
  readonly credentials?: HookCredentials;
  /** Judges the clients of a tcp address. */
  readonly guard?: ClientGuard;
}

/** An open SDS server. */
export interface OpenSds {
  readonly kind: "open";
  /** Where it listens, as a gRPC target. */
  readonly address: string;
  /** What it knows now; made anew at each call. */
  status(): SdsServerStatus;
  /** Whether a stream asks for a name. */
  isSubscribed(name: string): boolean;
  /** How many names were asked for whose newest version is not taken by everybody who asks. */
  pending(): number;
  /** Whether an Envoy that comes finds it: whether its socket is still there. */
  stands(): Promise<boolean>;
  /** Ends all streams. @returns whether every client went by itself within the patience, in milliseconds. */
  close(patienceMs: number): Promise<boolean>;
}

/** Streams of one connection: Envoy has one for each name, and by its own default never more than 1,024. */
const MOST_STREAMS = 16_384;
/** Bytes of a request: the names of a whole host with their versions on one stream. */
const LARGEST_REQUEST = 4 * 1024 * 1024;

/**
 * Opens the server from which Envoys get their secrets. It answers from the moment this returns, and what is put into the book goes to
 * whoever asked for its name.
 */
export async function openSds(address: ListenAddress, parts: SdsParts): Promise<OpenSds | OpenFailure> {
  // Its own lines would be the only ones that are not JSON.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.max_concurrent_streams": MOST_STREAMS,
    "grpc.max_receive_message_length": LARGEST_REQUEST,
  });
  if (parts.guard !== undefined) guardClients(server, parts.guard);
  const desk = new SdsDesk(parts);
  const calls = new SdsCalls(desk);
  server.addService(SDS_DEFINITION, calls.handlers);
  const { group, credentials } = parts;
  const door = await openDoor(server, address, { key: "sds", group, credentials: credentials?.server });
  if (door.kind !== "open") {
    desk.close();
    return door;
  }
  let connections = 0;
  countSessions(server, (sessions) => {
    connections = sessions;
    parts.metrics.set("certgate_sds_connections", sessions);
  });
  return {
    kind: "open",
    address: door.target,
    status: () => ({ connections, clients: desk.clients(), names: desk.names() }),
    isSubscribed: (name) => desk.isSubscribed(name),
    pending: () => desk.pending(),
    stands: () => door.stands(),
    async close(patienceMs) {
      // First of all nobody finds it any more. An Envoy comes again at once, and a connection to a socket that is being closed
      // stays open for good without ever being answered (Deno 2.9.6).
      await door.release();
      calls.end();
      const byThemselves = await stopGrpcServer(server, patienceMs);
      desk.close();
      return byThemselves;
    },
  };
}
