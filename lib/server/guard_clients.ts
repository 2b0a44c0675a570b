import type { Http2Server } from "node:http2";
import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ClientRefusal } from "../model/mod.ts";

/** A client that did not get in. */
export interface RefusedClient {
  readonly refusal: ClientRefusal;
  /** IP address; empty if the client is gone already. */
  readonly peer: string;
  /** What was seen, for an engineer. Comes from outside. */
  readonly detail: string;
}

/** Decides who gets in, and hears of those who did not. */
export interface ClientGuard {
  /**
   * Judges a client after its handshake.
   *
   * @param chain DER, the client's own certificate first; empty if it has shown none.
   * @param verified Whether the runtime has verified it; also true where it has only taken a session up again.
   */
  judge(chain: readonly Uint8Array[], verified: boolean): Omit<RefusedClient, "peer"> | null;
  /** A client was turned away. */
  refused(client: RefusedClient): void;
}

type MakeHttp2Server = (credentials: ServerCredentials) => Http2Server;

/**
 * Puts a guard in front of every TLS door that this server opens from now on: no HTTP/2 session begins before the client
 * is judged, so nothing of what it has sent is read. Where the server is made is a private part of grpc-js, which is pinned; if
 * the places are not as expected, nothing is opened.
 */
export function guardClients(server: Server, guard: ClientGuard): void {
  const parts = server as unknown as { createHttp2Server: MakeHttp2Server };
  const make = parts.createHttp2Server;
  if (typeof make !== "function") throw new TypeError("grpc-js makes its HTTP/2 servers elsewhere");
  parts.createHttp2Server = (credentials) => {
    const http2 = make.call(server, credentials);
    guardServer(http2, guard);
    return http2;
  };
}

function guardServer(http2: Http2Server, guard: ClientGuard): void {
  const listeners = http2.listeners("secureConnection") as ((socket: TLSSocket) => void)[];
  if (listeners.length === 0) throw new TypeError("nobody takes TLS connections");
  http2.removeAllListeners("secureConnection");
  http2.on("secureConnection", (socket: TLSSocket) => {
    const peer = socket.remoteAddress ?? "";
    const refused = judgeSocket(socket, guard);
    if (refused === null) {
      for (const listener of listeners) listener.call(http2, socket);
      return;
    }
    socket.on("error", () => {});
    socket.destroy();
    guard.refused({ ...refused, peer });
  });
  http2.on("tlsClientError", (error: Error & { code?: string }, socket?: TLSSocket) => {
    const peer = socket?.remoteAddress ?? "";
    // After a handshake that took too long the runtime leaves the connection open.
    socket?.destroy();
    guard.refused({ refusal: refusalOf(error), peer, detail: error.message });
  });
}

function judgeSocket(socket: TLSSocket, guard: ClientGuard): Omit<RefusedClient, "peer"> | null {
  try {
    // The runtime has been told so; that it holds is not left to it alone.
    if (socket.getProtocol() !== "TLSv1.3") {
      return { refusal: "old_tls", detail: socket.getProtocol() ?? "" };
    }
    return guard.judge(shownChain(socket), socket.authorized);
  } catch (error) {
    return { refusal: "other", detail: (error as Error).message };
  }
}

/** DER of what the client has shown, its own certificate first. */
function shownChain(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  type Shown = PeerCertificate & { issuerCertificate?: Shown };
  let shown: Shown | undefined = socket.getPeerCertificate(true);
  for (let steps = 0; shown?.raw && steps < LONGEST_CHAIN; steps++) {
    const hex = shown.raw.toString("hex");
    if (!seen.has(hex)) chain.push(new Uint8Array(shown.raw));
    seen.add(hex);
    shown = shown.issuerCertificate;
  }
  return chain;
}

const LONGEST_CHAIN = 10;

/** Of an error in the handshake. The words are those of the runtime; what is new to it is `other`. */
function refusalOf({ code = "", message }: Error & { code?: string }): ClientRefusal {
  const text = `${code} ${message}`;
  if (/no certificates|DID_NOT_RETURN_A_CERTIFICATE/i.test(text)) return "no_certificate";
  if (/SupportedVersions|UNSUPPORTED_PROTOCOL|protocol.?version|Tls1[23]/i.test(text)) return "old_tls";
  if (/InvalidContentType|corrupt message|WRONG_VERSION_NUMBER|HTTP_REQUEST/i.test(text)) return "no_tls";
  return "other";
}
