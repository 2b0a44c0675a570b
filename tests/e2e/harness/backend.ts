/** A real HTTP server on loopback that every route of the set-up leads to. */
export class Backend {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      if (new URL(request.url).pathname === "/ticks") return new Response(ticks());
      return new Response(`backend saw ${request.headers.get("host")}`);
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }
}

/** A body that never ends by itself: one line every 100 ms, for as long as somebody reads. */
function ticks(): ReadableStream<Uint8Array> {
  let timer: ReturnType<typeof setInterval> | undefined;
  let count = 0;
  return new ReadableStream({
    start(controller) {
      timer = setInterval(() => controller.enqueue(new TextEncoder().encode(`tick ${count++}\n`)), 100);
    },
    cancel() {
      clearInterval(timer);
    },
  });
}
