import { toolPath } from "../../setup/tools.ts";
import { Backend } from "./backend.ts";
import { Certgate, type GateSettings, type RunWishes } from "./certgate.ts";
import { Edge, type EdgePlaces, ENVOY_VERSION } from "./edge.ts";
import { GatewayLock } from "./lock.ts";
import { type Hole, TestAuthority, type TestPair } from "./pairs.ts";
import { type Answer, probe } from "./probe.ts";
import { gateway, ResourceDirectory, route, secret, secretName, sharedObjects } from "./resources.ts";
import { KubeletVolume, secretMembers } from "./volumes.ts";

/** What may differ between set-ups. */
export interface BedOptions {
  /** One Envoy for all Gateways instead of one each; default `false`. */
  readonly merge?: boolean;
  /** How long Envoy leaves connections alone that an update has made obsolete; default 60, as Envoy Gateway has it. */
  readonly drainSeconds?: number;
  /**
   * Certgate's gate stands between the operator's resources and Envoy Gateway; default is no gate, Envoy Gateway
   * reads the resources themselves.
   */
  readonly gate?: GateSettings;
  /** Folder, below the directory, where certgate's socket and what it publishes are; default is the directory itself. */
  readonly state?: string;
  /** What Envoy is started with beside what Envoy Gateway gives it; a JSON or YAML text. */
  readonly bootstrap?: string;
  /** Path of another Envoy than the packaged one. */
  readonly envoy?: string;
}

/** One whole set-up: directories, an authority, a backend, and whatever is started in it. */
export class Bed {
  readonly #started: { stop(): Promise<void> }[] = [];
  readonly #volumes = new Map<string, KubeletVolume>();
  /** What the operator writes. */
  readonly resources: ResourceDirectory;
  /** What Envoy Gateway reads. */
  readonly published: string;
  /** Where pairs arrive for the gate: `secrets/NAME` is the Secret NAME, `letsencrypt/live/NAME` as well. */
  readonly volumes: string;
  /** Policy objects, read by a certgate whose settings have a `policy`. */
  readonly policies: ResourceDirectory;
  /** Path of the hook's Unix socket. */
  readonly socket: string;

  private constructor(
    readonly directory: string,
    readonly authority: TestAuthority,
    readonly backend: Backend,
    readonly gate: GateSettings | null,
    private readonly options: { readonly state: string; readonly envoy: string | null },
  ) {
    const { state } = options;
    this.resources = new ResourceDirectory(`${directory}/resources`);
    this.published = gate === null ? this.resources.path : `${state}/gate`;
    this.volumes = `${directory}/volumes`;
    this.policies = new ResourceDirectory(`${directory}/policies`);
    this.socket = `${state}/hook.sock`;
  }

  static async make(options: BedOptions): Promise<Bed> {
    const directory = await Deno.makeTempDir({ prefix: "certgate-e2e-" });
    const state = options.state === undefined ? directory : `${directory}/${options.state}`;
    const envoy = options.envoy ?? toolPath("envoy");
    const bed = new Bed(directory, await TestAuthority.make(), new Backend(), options.gate ?? null, {
      state,
      envoy,
    });
    const sources = ["secrets", "letsencrypt/live"].map((name) => `${bed.volumes}/${name}`);
    for (const path of [bed.resources.path, bed.published, bed.policies.path, ...sources]) {
      await Deno.mkdir(path, { recursive: true });
    }
    await Edge.prepare(bed.#places());
    await bed.resources.put(
      "00-shared",
      sharedObjects({
        backendPort: bed.backend.port,
        envoyVersion: ENVOY_VERSION,
        merge: options.merge ?? false,
        drainSeconds: options.drainSeconds ?? 60,
        bootstrap: options.bootstrap,
      }),
    );
    return bed;
  }

  #places(): EdgePlaces {
    const { envoy } = this.options;
    const envoyGateway = toolPath("envoy-gateway");
    if (envoy === null || envoyGateway === null) throw new Error("Envoy or Envoy Gateway is not installed");
    return { directory: this.directory, resources: this.published, envoy, envoyGateway };
  }

  /**
   * Starts Envoy Gateway, with a hook on the bed's socket or with none.
   *
   * @param manager Keys of `extensionManager` in place of those that a test needs as a rule.
   */
  async startEdge(
    hook: "none" | "all" | "unset",
    manager: Readonly<Record<string, unknown>> = {},
  ): Promise<Edge> {
    const settings = hook === "none" ? null : {
      socket: this.socket,
      includeAll: hook === "all",
      certState: this.gate !== null,
      manager,
    };
    return this.keep(await Edge.start(this.#places(), settings));
  }

  /** Starts certgate on the bed's socket and waits until it is ready. */
  async startCertgate(gate?: GateSettings | null, wishes?: RunWishes): Promise<Certgate> {
    const certgate = await this.launchCertgate(gate, wishes);
    await certgate.ready();
    return certgate;
  }

  /** Starts certgate on the bed's socket, with the bed's gate or another one, and does not wait for anything. */
  async launchCertgate(
    gate: GateSettings | null = this.gate,
    wishes: RunWishes = {},
  ): Promise<Certgate> {
    const { directory, resources, published, volumes, socket, policies } = this;
    const { envoy } = this.#places();
    return this.keep(
      await Certgate.launch({
        directory,
        socket,
        envoy,
        gate: gate && { ...gate, resources: resources.path, published, volumes },
        policies: policies.path,
        ...wishes,
      }),
    );
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
    await this.putListeners(name, port, pairs.map(({ host }) => host));
  }

  /** Writes the pairs of a Gateway and leaves the rest as it is: one file, one event for Envoy Gateway. */
  async putPairs(name: string, pairs: readonly TestPair[]): Promise<void> {
    await this.resources.put(`20-${name}-pairs`, pairs.map(secret));
  }

  /** The volume of a host's pair, in the layout of the kubelet; nothing is there before the first `put`. */
  volume(host: string): KubeletVolume {
    const volume = this.#volumes.get(host) ??
      new KubeletVolume(`${this.volumes}/secrets/${secretName(host)}`);
    this.#volumes.set(host, volume);
    return volume;
  }

  /** Mounts pairs, each in the volume of its host. */
  async mount(pairs: readonly TestPair[]): Promise<void> {
    await Promise.all(pairs.map((pair) => this.volume(pair.host).put(secretMembers(pair))));
  }

  /** Writes a Gateway with a listener per host, and its route; the pairs arrive by other ways. */
  async putListeners(name: string, port: number, hosts: readonly string[]): Promise<void> {
    await this.resources.put(`30-${name}`, [gateway(name, port, hosts), route(name)]);
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
