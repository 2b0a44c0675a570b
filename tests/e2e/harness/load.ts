import { KeptConnection } from "./kept_connection.ts";
import { KeptHttp2 } from "./kept_http2.ts";
import { type Answer, probe } from "./probe.ts";

/** What a load is made of. */
export interface LoadOptions {
  readonly port: number;
  /** Host names that have to answer all the time. */
  readonly hosts: readonly string[];
  /** PEM of the trusted root. */
  readonly trust: string;
  /** Requests that are under way at the same time; default 4. */
  readonly wide?: number;
  /** How many more are made over HTTP/2, each worker with a connection to each host that it keeps; default 0. */
  readonly http2?: number;
  /** Milliseconds between two requests of one worker, so that the load leaves the machine to the programs; default 40. */
  readonly pause?: number;
}

/** What a load has seen. */
export interface LoadReport {
  readonly requests: number;
  /** One line for each request that did not get its answer. */
  readonly failures: readonly string[];
}

/**
 * Real TLS requests over all hosts, again and again until told to stop. Every second worker keeps a connection to each of
 * its hosts, as browsers do; the others make a new one for each request.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #workers: Promise<void>[];
  readonly #failures: string[] = [];
  #requests = 0;
  #going = true;

  private constructor(options: LoadOptions) {
    this.#options = options;
    const { wide = 4, http2 = 0 } = options;
    this.#workers = Array.from(
      { length: wide + http2 },
      (_, worker) => this.#work(worker, worker >= wide ? "HTTP/2" : worker % 2 === 0 ? "kept" : "new"),
    );
  }

  static start(options: LoadOptions): Load {
    return new Load(options);
  }

  get report(): LoadReport {
    return { requests: this.#requests, failures: this.#failures };
  }

  /** Ends the load after the requests that are under way. */
  async stop(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#workers);
  }

  async #work(worker: number, how: "kept" | "new" | "HTTP/2"): Promise<void> {
    const { hosts, port, trust } = this.#options;
    const kept = how === "new" ? null : new Map<string, KeptConnection | KeptHttp2>();
    const Kept = how === "HTTP/2" ? KeptHttp2 : KeptConnection;
    for (let turn = worker; this.#going; turn++) {
      const host = hosts[turn % hosts.length];
      const question = { host, port, trust };
      if (kept !== null && !kept.has(host)) kept.set(host, new Kept(question));
      const answer = await (kept === null ? probe(question) : kept.get(host)!.ask());
      this.#requests++;
      if (!isFine(answer, host)) {
        this.#failures.push(
          `${new Date().toISOString()} ${host} on a ${how} connection: ${JSON.stringify(answer)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, this.#options.pause ?? 40));
    }
    for (const connection of kept?.values() ?? []) connection.close();
  }
}

function isFine(answer: Answer, host: string): boolean {
  return answer.kind === "answered" && answer.status === 200 && answer.body.includes(host);
}
