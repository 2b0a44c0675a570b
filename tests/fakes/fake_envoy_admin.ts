// An address that nobody else takes ports of: where one of these has been stopped, nobody listens.
const HOST = "127.0.0.9";

/** The admin endpoint of an Envoy: answers in the shapes that the real one was seen to give. */
export class FakeEnvoyAdmin {
  /** Counters that are not zero. */
  stats: Record<string, number> = { "cluster.xds_cluster.upstream_cx_rx_bytes_total": 1000 };
  /** Serial numbers as Envoy writes them. */
  serials: string[] = [];
  warming: string[] = [];
  cluster = "default/eg";
  state = "LIVE";
  /** Overrides the answer to a path. */
  answers = new Map<string, () => Response | Promise<Response>>();
  /** Paths in the order in which they were asked for, without their query. */
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    const options = { hostname: HOST, port: 0, onListen: () => {} };
    this.#server = Deno.serve(options, (request) => this.#answer(new URL(request.url)));
  }

  get address(): string {
    return `${HOST}:${this.#server.addr.port}`;
  }

  async stop(): Promise<void> {
    await this.#server.shutdown();
  }

  #answer({ pathname, searchParams }: URL): Response | Promise<Response> {
    this.asked.push(pathname);
    const other = this.answers.get(pathname);
    if (other) return other();
    if (pathname === "/server_info") {
      return Response.json({
        version: "9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL",
        state: this.state,
        command_line_options: { service_cluster: this.cluster },
      });
    }
    if (pathname === "/stats") {
      const filter = new RegExp(searchParams.get("filter")!);
      const stats = Object.entries(this.stats).filter(([name]) => filter.test(name));
      // What stands at the end of the real answer has no name.
      return Response.json({
        stats: [...stats.map(([name, value]) => ({ name, value })), { histograms: {} }],
      });
    }
    if (pathname === "/certs") {
      const chains = this.serials.map((serial_number) => ({ ca_cert: [], cert_chain: [{ serial_number }] }));
      return Response.json({ certificates: chains });
    }
    if (pathname === "/config_dump") {
      const waiting = this.warming.map((name) => ({ name, warming_state: { version_info: "1" } }));
      return Response.json({ configs: [{ name: "active" }, ...waiting] });
    }
    return new Response("not found", { status: 404 });
  }
}
