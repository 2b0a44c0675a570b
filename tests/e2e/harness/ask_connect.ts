import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

/** What CONNECT got. */
export interface ConnectAnswer {
  readonly status: number;
  /** What the far end of the tunnel answers to a request for `/`; empty if there is no tunnel. */
  readonly text: string;
}

/** Asks a port on loopback for a tunnel, and what is at its end for `/`. */
export function askConnect(port: number, target: string): Promise<ConnectAnswer> {
  return new Promise((resolve, reject) => {
    const question: ClientRequest = request({
      host: "127.0.0.1",
      port,
      method: "CONNECT",
      path: target,
      headers: { host: target },
      agent: false,
      timeout: 5000,
    });
    question.on("timeout", () => question.destroy(new Error("no answer in time")));
    question.on("error", reject);
    question.on("connect", (response: IncomingMessage, socket: Socket, head: Uint8Array) => {
      const status = response.statusCode ?? 0;
      let text = new TextDecoder().decode(head);
      socket.on("data", (piece: Uint8Array) => text += new TextDecoder().decode(piece));
      socket.on("error", reject);
      socket.on("close", () => resolve({ status, text }));
      if (status === 200) socket.write(`GET / HTTP/1.1\r\nHost: ${target}\r\nConnection: close\r\n\r\n`);
      else socket.end();
    });
    question.end();
  });
}
