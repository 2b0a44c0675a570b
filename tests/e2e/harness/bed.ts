import { toolPath } from "../../setup/tools.ts";
import { Backend } from "./backend.ts";
import { Certgate } from "./certgate.ts";
import { Edge, type EdgePlaces, ENVOY_VERSION } from "./edge.ts";
import { GatewayLock } from "./lock.ts";
import { type Hole, TestAuthority, type TestPair } from "./pairs.ts";
import { type Answer, probe } from "./probe.ts";
import { gateway, ResourceDirectory, route, secret, sharedObjects } from "./resources.ts";

/** What may differ between set-ups. */
export interface BedOptions {
  /** One Envoy for all Gateways instead of one each; default `false`. */
  readonly merge?: boolean;
  /** How long Envoy leaves connections alone that an update has made obsolete; default 60, as Envoy Gateway has it. */
  readonly drainSeconds?: number;
}

/** One whole set-up: directories, an authority, a backend, and whatever is started in it. */
export class Bed {
  readonly #started: { stop(): Promise<void> }[] = [];
  readonly resources: ResourceDirectory;
  /** Path of the hook's Unix socket. */
  readonly socket: string;

  private constructor(
    readonly directory: string,
    readonly authority: TestAuthority,
    readonly backend: Backend,
  ) {
    this.resources = new ResourceDirectory(`${directory}/resources`);
    this.socket = `${directory}/hook.sock`;
  }

  static async make(options: BedOptions): Promise<Bed> {
    const directory = await Deno.makeTempDir({ prefix: "certgate-e2e-" });
    await Deno.mkdir(`${directory}/resources`);
    const bed = new Bed(directory, await TestAuthority.make(), new Backend());
    await Edge.prepare(bed.#places());
    await bed.resources.put(
      "00-shared",
      sharedObjects({
        backendPort: bed.backend.port,
        envoyVersion: ENVOY_VERSION,
        merge: options.merge ?? false,
        drainSeconds: options.drainSeconds ?? 60,
      }),
    );
    return bed;
  }

  #places(): EdgePlaces {
    const envoy = toolPath("envoy");
    const envoyGateway = toolPath("envoy-gateway");
    if (envoy === null || envoyGateway === null) throw new Error("Envoy or Envoy Gateway is not installed");
    return { directory: this.directory, resources: this.resources.path, envoy, envoyGateway };
  }

  /** Starts Envoy Gateway, with a hook on the bed's socket or with none. */
  async startEdge(hook: "none" | "all" | "unset"): Promise<Edge> {
    const settings = hook === "none" ? null : { socket: this.socket, includeAll: hook === "all" };
    return this.keep(await Edge.start(this.#places(), settings));
  }

  /** Starts certgate on the bed's socket and waits until it is ready. */
  async startCertgate(): Promise<Certgate> {
    const certgate = await this.launchCertgate();
    await certgate.ready();
    return certgate;
  }

  /** Starts certgate on the bed's socket and does not wait for anything. */
  async launchCertgate(): Promise<Certgate> {
    return this.keep(await Certgate.launch({ ...this.#places(), socket: this.socket }));
  }

  /** Has something stopped at the end, the latest first, if the test did not do it. */
  keep<T extends { stop(): Promise<void> }>(started: T): T {
    this.#started.push(started);
    return started;
  }

  /** Issues a pair for each host. */
  async issue(hosts: readonly string[], kind: "good" | Hole = "good"): Promise<TestPair[]> {
    return await Promise.all(hosts.map((host) => this.authority.issue(host, kind)));
  }

  /** Writes a Gateway with its route and its pairs: the pairs first, so that no listener waits for one. */
  async putGateway(name: string, port: number, pairs: readonly TestPair[]): Promise<void> {
    await this.putPairs(name, pairs);
    await this.resources.put(`30-${name}`, [gateway(name, port, pairs.map(({ host }) => host)), route(name)]);
  }

  /** Writes the pairs of a Gateway and leaves the rest as it is: one file, one event for Envoy Gateway. */
  async putPairs(name: string, pairs: readonly TestPair[]): Promise<void> {
    await this.resources.put(`20-${name}-pairs`, pairs.map(secret));
  }

  /** Asks for each host on a port and returns the answers in the same order. */
  async ask(port: number, hosts: readonly string[]): Promise<Answer[]> {
    return await Promise.all(hosts.map((host) => probe({ port, host, trust: this.authority.pem })));
  }

  /**
   * Ends everything that was started here, the latest first.
   *
   * @throws what could not be ended, after the rest has been.
   */
  async close(): Promise<void> {
    const problems: unknown[] = [];
    for (const started of [this.backend, ...this.#started].reverse()) {
      await started.stop().catch((problem) => problems.push(problem));
    }
    if (problems.length > 0) throw new AggregateError(problems, "Cannot end everything");
  }
}

/**
 * Runs a test on a bed of its own and cleans up behind it.
 *
 * If the test fails, the directory with all configuration and logs stays, and the ends of the logs are printed.
 */
export async function onBed(options: BedOptions, body: (bed: Bed) => Promise<void>): Promise<void> {
  const lock = await GatewayLock.take();
  try {
    const bed = await Bed.make(options);
    try {
      try {
        await body(bed);
      } finally {
        await bed.close();
      }
      await Deno.remove(bed.directory, { recursive: true });
    } catch (error) {
      await showLogs(bed.directory);
      throw error;
    }
  } finally {
    await lock.release();
  }
}

/** What is worth a look first: every warning, and the end of whatever a program said last. */
async function showLogs(directory: string): Promise<void> {
  console.error(`Everything of the failed test is kept in ${directory}`);
  for (const name of ["envoy-gateway.log", "certgate.log"]) {
    const text = await Deno.readTextFile(`${directory}/${name}`).catch(() => "");
    const lines = text.split("\n").filter((line) => line !== "");
    const worth = lines.filter((line, index) =>
      /\t(warn|error)\t|\]\[(warning|error|critical)\]|"level":"(warn|error)"/.test(line) ||
      index >= lines.length - 10
    );
    if (worth.length > 0) console.error(`--- from ${name}\n${worth.slice(-40).join("\n")}`);
  }
}
