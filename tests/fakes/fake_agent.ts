import type { GateStatus } from "../../lib/model/mod.ts";
import type { AgentStatus } from "../../lib/server/mod.ts";

/** Answers `/v1/status` on a free port of the loopback, as a running agent would. */
export class FakeAgent implements AsyncDisposable {
  /** What it answers next; anything that is no object goes out as text. */
  body: AgentStatus | string;
  /** How often it was asked. */
  asked = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #waiting: (() => void)[] = [];

  constructor(gate: GateStatus | null, { port = 0 }: { port?: number } = {}) {
    this.body = { version: "1.2.3", ready: true, envoy: null, snapshots: [], gate };
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
      this.asked++;
      this.#waiting.splice(0).forEach((wake) => wake());
      if (new URL(request.url).pathname !== "/v1/status") return new Response(null, { status: 404 });
      return typeof this.body === "string" ? new Response(this.body) : Response.json(this.body);
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Replaces what is answered about the gate. */
  show(gate: GateStatus | null): void {
    if (typeof this.body === "object") this.body = { ...this.body, gate };
  }

  /** Until it is asked so many times more. */
  async askedAgain(times = 1): Promise<void> {
    for (let left = times; left > 0; left--) await new Promise<void>((wake) => this.#waiting.push(wake));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
