import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { until } from "../fakes/sds_scene.ts";
import { bootstrap, type Wanted } from "./_bootstrap.ts";

const PATIENCE = 3000;

/** A real Envoy that asks for its secrets. */
export class SdsEnvoy {
  readonly #process: Deno.ChildProcess;
  #admin = "";
  #port = 0;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
  }

  /** Starts one, and waits until its admin interface answers; it may serve nothing yet. */
  static async start(program: string, folder: string, wanted: Wanted): Promise<SdsEnvoy> {
    const config = join(folder, "envoy.json");
    const admin = join(folder, `admin-${crypto.randomUUID()}`);
    await Deno.writeTextFile(config, JSON.stringify(bootstrap(wanted)));
    const process = new Deno.Command(program, {
      args: [
        "-c",
        config,
        "--admin-address-path",
        admin,
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
        "-l",
        "off",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const envoy = new SdsEnvoy(process);
    try {
      await until("Envoy has its admin interface", async () => {
        envoy.#admin = await Deno.readTextFile(admin).catch(() => "");
        return envoy.#admin !== "";
      });
      return envoy;
    } catch (error) {
      await envoy.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It is gone already.
    }
    await this.#process.status;
  }

  /** Counters and gauges whose name matches, those that were never used left out. */
  async stats(filter: string): Promise<Readonly<Record<string, number>>> {
    const text = await this.#get(`/stats?usedonly&filter=${encodeURIComponent(filter)}`);
    const lines = text.split("\n").filter((line) => line !== "").map((line) => line.split(": "));
    return Object.fromEntries(lines.map(([name, value]) => [name, Number(value)]));
  }

  /**
   * The SHA-256 fingerprint of the certificate that a client of a name gets; `null` if it does not get in.
   *
   * @param own What the client shows, if it does.
   */
  async served(servername: string, own: ConnectionOptions = {}): Promise<string | null> {
    const socket = await this.connect(servername, own);
    const fingerprint = socket?.getPeerCertificate().fingerprint256 ?? null;
    socket?.destroy();
    return fingerprint;
  }

  /** An open connection over which a word went there and back; `null` if that cannot be. */
  async connect(servername: string, own: ConnectionOptions = {}): Promise<TLSSocket | null> {
    if (!await this.#listens()) return null;
    return await new Promise((resolve) => {
      const options = { host: "127.0.0.1", port: this.#port, servername, rejectUnauthorized: false, ...own };
      const socket = connect(options, () => socket.write("word"));
      const end = (result: TLSSocket | null) => {
        clearTimeout(late);
        if (result === null) socket.destroy();
        resolve(result);
      };
      const late = setTimeout(() => end(null), PATIENCE);
      socket.once("data", () => end(socket));
      socket.on("error", () => end(null));
      socket.once("close", () => end(null));
    });
  }

  /** The system gives the port. */
  async #listens(): Promise<boolean> {
    if (this.#port !== 0) return true;
    const { listener_statuses } = JSON.parse(await this.#get("/listeners?format=json")) as {
      listener_statuses?: { local_address: { socket_address: { port_value: number } } }[];
    };
    this.#port = listener_statuses?.[0]?.local_address.socket_address.port_value ?? 0;
    return this.#port !== 0;
  }

  async #get(path: string): Promise<string> {
    const response = await fetch(`http://${this.#admin}${path}`, { signal: AbortSignal.timeout(PATIENCE) });
    return await response.text();
  }
}
