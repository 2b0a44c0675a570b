import { parseSamples, type Samples } from "./metrics.ts";
import { freePort } from "./ports.ts";
import { Program } from "./process.ts";
import { Hopeless, until } from "./wait.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).href;

/** Where one certgate keeps its things. */
export interface CertgatePlaces {
  readonly directory: string;
  /** Path of the hook's Unix socket. */
  readonly socket: string;
  /** Path of the Envoy binary that confirms verdicts. */
  readonly envoy: string;
}

/** A `certgate run` of this checkout, or of the built program that `CERTGATE_PROGRAM` names. */
export class Certgate {
  readonly #program: Program;
  readonly #http: string;

  private constructor(program: Program, http: string) {
    this.#program = program;
    this.#http = http;
  }

  /** Starts certgate and does not wait. State of an earlier one in the same directory is kept. */
  static async launch(places: CertgatePlaces): Promise<Certgate> {
    const http = `127.0.0.1:${freePort()}`;
    const file = `${places.directory}/certgate.yaml`;
    await Deno.writeTextFile(
      file,
      [
        `hook:`,
        `  listen: unix://${places.socket}`,
        `http:`,
        `  listen: ${http}`,
        `stateDir: ${places.directory}/certgate-state`,
        `envoy:`,
        `  path: ${places.envoy}`,
        ``,
      ].join("\n"),
    );
    const built = Deno.env.get("CERTGATE_PROGRAM");
    const program = new Program(built ?? Deno.execPath(), {
      args: [...(built === undefined ? ["run", "-A", MAIN] : []), "run", "--config", file],
      log: `${places.directory}/certgate.log`,
    });
    return new Certgate(program, http);
  }

  /** Waits until `/readyz` answers 200. */
  async ready(): Promise<void> {
    await until("certgate is ready", async () => {
      if (!this.#program.running) throw new Hopeless(`certgate has ended: ${await this.#program.output()}`);
      const response = await fetch(`http://${this.#http}/readyz`, { signal: AbortSignal.timeout(2000) });
      await response.body?.cancel();
      return response.ok;
    }, { within: 30_000 });
  }

  /** The present samples of `/metrics`. */
  async metrics(): Promise<Samples> {
    const response = await fetch(`http://${this.#http}/metrics`, { signal: AbortSignal.timeout(5000) });
    return parseSamples(await response.text());
  }

  /** The log so far: one JSON object a line. */
  async log(): Promise<Record<string, unknown>[]> {
    const lines = (await this.#program.output()).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line));
  }

  /** Ends certgate in order. */
  async stop(): Promise<void> {
    await this.#program.stop();
  }

  /** Ends certgate with SIGKILL: nothing of its own runs any more. */
  async kill(): Promise<void> {
    await this.#program.stop("SIGKILL");
  }
}
