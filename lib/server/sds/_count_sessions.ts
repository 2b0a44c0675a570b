import type { Http2Server } from "node:http2";
import type { Server } from "@grpc/grpc-js";

/**
 * Tells how many connections a bound server has, whenever that changes. Its HTTP/2 servers are a private part of grpc-js, which is pinned;
 * a test fails if they are not found.
 */
export function countSessions(server: Server, changed: (sessions: number) => void): void {
  const { http2Servers } = server as unknown as { http2Servers: Map<Http2Server, unknown> };
  let sessions = 0;
  for (const http2 of http2Servers.keys()) {
    http2.on("session", (session) => {
      changed(++sessions);
      session.once("close", () => changed(--sessions));
    });
  }
}
