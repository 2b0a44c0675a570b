import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** A tunnel that was opened. */
export interface Tunnel {
  /** `host:port` that was asked for. */
  readonly target: string;
  /** Which connector was asked for, as the header `x-endpoint-id` says it. */
  readonly node: string;
}

/**
 * What stands where the tunnels of connectors end: takes CONNECT and leads to the server of the connector, a real one each,
 * whose answers name it.
 */
export class ConnectRelay {
  readonly #server = createServer((_request, response) => void response.writeHead(405).end());
  readonly #nodes = new Map<string, Deno.HttpServer<Deno.NetAddr>>();
  readonly #sockets = new Set<Socket>();
  /** Every tunnel so far. */
  readonly tunnels: Tunnel[] = [];

  private constructor() {
    this.#server.on("connect", (request: IncomingMessage, client: Socket, head: Uint8Array) => {
      const node = String(request.headers["x-endpoint-id"] ?? "");
      this.tunnels.push({ target: request.url ?? "", node });
      this.#lead(client, head, this.#serverOf(node).addr.port);
    });
  }

  static async start(): Promise<ConnectRelay> {
    const relay = new ConnectRelay();
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #serverOf(node: string): Deno.HttpServer<Deno.NetAddr> {
    const server = this.#nodes.get(node) ??
      Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        (request) => new Response(`connector ${node} saw ${request.headers.get("host")}`),
      );
    this.#nodes.set(node, server);
    return server;
  }

  #lead(client: Socket, head: Uint8Array, port: number): void {
    const server = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.write(head);
      client.pipe(server).pipe(client);
    });
    for (const [socket, other] of [[client, server], [server, client]]) {
      this.#sockets.add(socket);
      // An end that is torn off takes the other one with it.
      socket.on("error", () => other.destroy());
      socket.on("close", () => this.#sockets.delete(socket));
    }
  }

  /** Ends at once, tunnels included. */
  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([...this.#nodes.values()].map((server) => server.shutdown()));
  }
}
