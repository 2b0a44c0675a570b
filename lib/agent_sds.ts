import type { GateSds } from "./agent_gate_parts.ts";
import { keyOf } from "./agent_names.ts";
import { HookTls } from "./agent_hook_tls.ts";
import { probeSocket } from "./host/mod.ts";
import { sourcesOf } from "./agent_inputs.ts";
import { SdsBundles } from "./agent_sds_bundles.ts";
import { SdsShelf } from "./agent_sds_shelf.ts";
import { addressOf, sdsCluster } from "./agent_sds_cluster.ts";
import { sdsStatus } from "./agent_sds_status.ts";
import type { BundleState, DeliveryWay, Log, ObjectKey, PairState, SdsStatus, SdsView } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  type AnsweredCall,
  type OpenSds,
  openSds,
  type SdsRefusal,
  type VerdictStore,
} from "./server/mod.ts";
import { pairMaterial } from "./xds/mod.ts";

/** What a {@linkcode SdsHolder} works with. */
export interface SdsHolderParts {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Milliseconds since the epoch, as they are believed. */
  readonly clock: () => number;
  /** Everything that is known about certificates. */
  readonly store: () => VerdictStore;
  /** Called when the gate has to look again. */
  readonly wake: () => void;
  /** Called when an Envoy has taken something. */
  readonly onAccepted: () => void;
}

const GONE = "somebody took its socket away; restart certgate, which makes it anew";

/** Delivery straight to Envoy: the door where Envoys ask, and what stands behind it. */
export class SdsHolder implements GateSds {
  readonly #parts: SdsHolderParts;
  readonly #bundles: SdsBundles;
  readonly #shelf = new SdsShelf();
  #config: Config;
  #server: OpenSds | null = null;
  #tls: HookTls | null = null;
  /** Bundles that went out in place since the start, as `namespace/name`. */
  readonly #inPlace = new Set<string>();
  #bundleStates: readonly BundleState[] = [];
  /** Whether an Envoy has taken something since it was last looked whether all have. */
  #accepted = false;
  /** Why no Envoy can connect any more. */
  #problem = "";
  #watch: ReturnType<typeof setInterval> | undefined;

  private constructor(config: Config, bundles: SdsBundles, parts: SdsHolderParts) {
    this.#config = config;
    this.#bundles = bundles;
    this.#parts = parts;
  }

  /** Takes up what was kept. Nobody can ask yet. */
  static async make(config: Config, parts: SdsHolderParts): Promise<SdsHolder> {
    const { log, clock, store, wake: onChange } = parts;
    const bundles = await SdsBundles.open(config.stateDir, { log, clock, store, onChange });
    return new SdsHolder(config, bundles, parts);
  }

  /** Whether there is anybody to deliver to: also who is still asking while the configuration delivers nothing so. */
  wanted(config: Config): boolean {
    return this.#server !== null || config.sds.bundles.length > 0 ||
      sourcesOf(config).some(({ delivery }) => delivery === "sds");
  }

  /** Looks at the bundles of a configuration from now on. */
  async use(config: Config): Promise<void> {
    this.#config = config;
    this.#tls?.use(config);
    await this.#bundles.use(config);
  }

  /**
   * Finds out what is in the way of the door, before anything is published that leads there.
   *
   * @throws where it cannot be opened.
   */
  async prepare(config: Config): Promise<void> {
    if (this.#server !== null || !this.wanted(config)) return;
    const { listen, tls, envoy } = config.sds;
    if (tls !== undefined && envoy === undefined && config.gate.resources !== undefined) {
      throw new Error("sds.envoy is missing: the hook has to tell Envoy what to connect with");
    }
    const address = addressOf(listen);
    const found = address.kind === "unix" ? await probeSocket(address.path) : "absent";
    if (found === "live" || found === "other") {
      const who = found === "live" ? "somebody answers there already" : "it is something else than a socket";
      throw new Error(`Cannot listen on "${listen}": ${who}`);
    }
    if (tls === undefined || this.#tls !== null) return;
    const { log, metrics, clock } = this.#parts;
    const opened = await HookTls.open("sds", tls, { config, log, metrics, clock });
    if (!(opened instanceof HookTls)) throw new Error(opened.message);
    this.#tls = opened;
  }

  /**
   * Opens the door where the configuration wants it and it is shut. Once open it stays so until the end: an Envoy that has
   * not heard yet that its pairs come another way now goes on asking.
   *
   * @throws where it cannot be opened.
   */
  async open(config: Config): Promise<void> {
    if (this.#server !== null || !this.wanted(config)) return;
    await this.prepare(config);
    const { listen, group } = config.sds;
    const { log, metrics, clock } = this.#parts;
    const server = await openSds(addressOf(listen), {
      book: this.#shelf.book,
      events: {
        onRefused: (refusal) => this.#refused(refusal),
        onAccepted: () => this.#accepted = true,
        onUnknown: () => {},
        onChange: () => this.#changed(),
      },
      log,
      metrics,
      clock,
      group,
      credentials: this.#tls?.credentials,
      guard: this.#tls?.guard,
    });
    if (server.kind !== "open") {
      await this.#closeTls();
      throw new Error(server.hint === "" ? server.message : `${server.message} (${server.hint})`);
    }
    this.#server = server;
    this.#watch = setInterval(() => void this.#look(server), config.watch.pollInterval);
    log.info("Envoys are given certificates", { sds: server.address });
  }

  deliver(pairs: ReadonlyMap<ObjectKey, PairState>, config: Config): Map<ObjectKey, PairState> {
    const bySource = new Map(sourcesOf(config).map(({ path, delivery }) => [path, delivery]));
    const wayOf = ({ origin }: PairState): DeliveryWay =>
      origin.kind === "source" ? bySource.get(origin.source) ?? "gateway" : "gateway";
    return this.#shelf.fill(pairs, {
      wayOf,
      bundles: this.#bundleStates,
      // Who was given it so goes on being given it so until it asks no more.
      isAsked: (name) => this.isAsked(name),
      now: this.#parts.clock(),
    });
  }

  async bundles(): Promise<readonly BundleState[]> {
    const states = await this.#bundles.states();
    return this.#bundleStates = states.map((state) => ({
      ...state,
      inPlace: this.#inPlace.has(keyOf(state)),
    }));
  }

  /** Takes note of an answer of the hook: what went out in place in it is published again when it is another one. */
  answered({ bundlesInPlace = [] }: AnsweredCall): void {
    bundlesInPlace.forEach((key) => this.#inPlace.add(key));
  }

  edge(): number | null {
    return this.#bundles.edge;
  }

  pending(): number {
    return this.#server?.pending() ?? 0;
  }

  isAsked(name: ObjectKey): boolean {
    return this.#server?.isSubscribed(name) ?? false;
  }

  /** What the hook has to know, to make of a placeholder what it stands for. */
  view(): SdsView {
    const shelf = this.#shelf;
    return {
      cluster: this.wanted(this.#config) ? sdsCluster(this.#config.sds) : null,
      has: (name) => shelf.book.offer(name) === undefined ? "absent" : "served",
      isDirect: (name) => shelf.isDirect(name),
      bundle: (name) => shelf.bundle(name),
      namesOf: (name) => shelf.pair(name)?.leaf.names ?? null,
      pairOf: (name) => shelf.pair(name)?.pair ?? null,
    };
  }

  /** As `/v1/status` shows it; `null` where nothing is delivered so. */
  status(): SdsStatus | null {
    if (!this.wanted(this.#config)) return null;
    return sdsStatus(this.#server, this.#bundleStates, this.#problem);
  }

  /** Shuts the door. @param patience Milliseconds. */
  async stop(patience: number): Promise<void> {
    clearInterval(this.#watch);
    await this.#server?.close(patience);
    this.#server = null;
    await Promise.all([this.#closeTls(), this.#bundles.stop()]);
  }

  async #closeTls(): Promise<void> {
    await this.#tls?.stop();
    this.#tls = null;
  }

  /** Envoys that are connected go on; it is told before the first of them comes again. */
  async #look(server: OpenSds): Promise<void> {
    const problem = await server.stands() ? "" : GONE;
    if (problem === this.#problem || this.#server !== server) return;
    this.#problem = problem;
    const { address } = server;
    if (problem === "") this.#parts.log.info("Envoys can connect again", { sds: address });
    else this.#parts.log.error("no Envoy can connect any more", { sds: address, problem });
  }

  /** Looking costs Envoy something, and to see what is pending takes a while: not after each of a thousand. */
  #changed(): void {
    if (!this.#accepted || this.pending() > 0) return;
    this.#accepted = false;
    this.#parts.onAccepted();
  }

  #refused({ name, version, message }: SdsRefusal): void {
    const origin = this.#shelf.find(name, version);
    if (origin === null) return;
    this.#shelf.refused(name, this.#parts.clock());
    if (origin.kind === "pair") this.#parts.store().refuse(pairMaterial(origin.pair), message);
    else for (const { hash } of origin.bundles) this.#bundles.refuse(hash, message);
    this.#parts.wake();
  }
}
