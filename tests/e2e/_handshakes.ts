import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, type ConnectionOptions, createServer, type Server } from "node:tls";
import { until } from "./harness/mod.ts";
import { LatePeer, readCredentials } from "./_late_peer.ts";

type Timer = ReturnType<typeof setTimeout>;

/** Who makes a handshake with whom. */
export type Direction = "late peer → Envoy Gateway" | "Envoy Gateway → late peer";

/** What has happened since the last look. */
export interface Tally {
  readonly made: number;
  readonly failed: number;
  /** What the failures said, each once, with its direction. */
  readonly words: readonly string[];
}

const EVERY = 20;
/** Handshakes of one direction that may be under way: a machine that is too busy for one in 20 ms makes fewer. */
const AT_ONCE = 4;
const PATIENCE = 10_000;
/** Envoy Gateway listens on all addresses: whatever cuts Envoy's connection to 127.0.0.1 spares these. */
const XDS = { host: "127.0.0.2", port: 18000, servername: "envoy-gateway", ALPNProtocols: ["h2"] };

/**
 * Handshakes with client certificates, in both directions, between one that reads its files at each handshake, as Envoy Gateway
 * does, and a peer that reads them late. Where the peer is the client, the server is the real Envoy Gateway.
 */
export class Handshakes {
  #made = 0;
  readonly #failures: { readonly at: number; readonly words: string }[] = [];
  #told = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #timers: Timer[];

  private constructor(readonly peer: LatePeer, readonly server: Server) {
    const { port } = server.address() as AddressInfo;
    const { home } = peer;
    this.#timers = [
      this.#repeat("late peer → Envoy Gateway", () => Promise.resolve({ ...XDS, ...peer.holds })),
      this.#repeat("Envoy Gateway → late peer", async () => ({
        ...await readCredentials(home, "envoy-gateway"),
        host: "127.0.0.1",
        port,
        servername: "localhost",
        // What Envoy Gateway makes does not have that name, and this is about who signed it.
        checkServerIdentity: () => undefined,
      })),
    ];
  }

  /** Begins, with a peer that is so many milliseconds late. */
  static async start(home: string, late: number): Promise<Handshakes> {
    const peer = await LatePeer.start(home, late);
    const options = { requestCert: true, rejectUnauthorized: true, minVersion: "TLSv1.3" } as const;
    const server = createServer({ ...options, ...peer.holds }, (socket) => {
      socket.on("error", () => {});
      socket.write("let in");
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    peer.onTaken((holds) => server.setSecureContext(holds));
    return new Handshakes(peer, server);
  }

  #repeat(direction: Direction, options: () => Promise<ConnectionOptions>): Timer {
    let underWay = 0;
    const shake = async () => {
      const problem = await options().then(shakeHands, (error: Error) => error.message);
      underWay--;
      this.#made++;
      if (problem === null) return;
      this.#failures.push({ at: performance.now(), words: `${direction}: ${problem}` });
    };
    return setInterval(() => {
      if (underWay >= AT_ONCE) return;
      underWay++;
      const shaking = shake().finally(() => this.#underWay.delete(shaking));
      this.#underWay.add(shaking);
    }, EVERY);
  }

  /** Waits until the peer uses what is there, and no handshake is left that began before. */
  async caughtUp(): Promise<void> {
    await until("the late peer uses what is there", () => this.peer.isCurrent(), {
      within: this.peer.late + 20_000,
    });
    await Promise.all(this.#underWay);
  }

  /** What has happened since this was asked before. */
  tally(): Tally {
    const [made, failures] = [this.#made, this.#failures.splice(0)];
    const tally = {
      made: made - this.#told,
      failed: failures.length,
      words: [...new Set(failures.map(({ words }) => words))].sort(),
    };
    this.#told = made;
    return tally;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.peer.stop();
    await Promise.all(this.#underWay);
    this.server.close();
  }
}

/**
 * One handshake, until the server has spoken: in TLS 1.3 a client has finished before the server has looked at its certificate.
 *
 * @returns What went wrong, or `null`.
 */
function shakeHands(options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(options);
    const finish = (problem: string | null) => {
      clearTimeout(timer);
      resolve(problem);
      socket.destroy();
    };
    const timer = setTimeout(() => finish("no answer in time"), PATIENCE);
    socket.once("data", () => finish(null));
    socket.on("error", (error) => finish(error.message));
    socket.once("close", () => finish("closed before a word"));
  });
}
