import {
  type Bed,
  Certgate,
  configuration,
  type Edge,
  type EnvoyAdmin,
  freePort,
  Load,
  type Samples,
  type TestPair,
  total,
  until,
} from "../e2e/harness/mod.ts";
import { probe } from "../e2e/harness/probe.ts";
import { Program } from "../e2e/harness/process.ts";
import type { DeliveryWay } from "../../lib/model/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { V8_FLAGS } from "./_server.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Name of the Gateway, which the gate makes several of. */
const GATEWAY = "edge";
/** The Envoy of merged Gateways is named after their class. */
const CLUSTER = "e2e";
/** Milliseconds between two handshakes of a client that waits for another certificate. */
const BEAT = 10;
/** Milliseconds without a call of Envoy Gateway after which it is taken to have nothing more to do. */
const CALM = 8000;
const PATIENCE = { start: 300_000, renewal: 60_000, rest: 240_000 };

/** What must not move while renewals go straight to Envoy. */
export interface Counters {
  readonly hookCalls: number;
  /** Updates of listeners and clusters that Envoy has taken, and listeners that are other ones since. */
  readonly envoy: Readonly<Record<string, number>>;
}

/** What renewals under load have come to. */
export interface Storm {
  readonly times: readonly number[];
  readonly requests: number;
  readonly failures: readonly string[];
}

/** Many hosts on one port, whose pairs go one way, with the real Envoy Gateway and Envoy. */
export class DeliveryScene {
  /** Milliseconds from the start of certgate until the last host is served. */
  startMs = 0;
  readonly #port = freePort();
  #certgate!: Certgate;
  #edge!: Edge;
  #envoy!: EnvoyAdmin;
  #swaps = 0;

  private constructor(readonly bed: Bed, readonly hosts: readonly string[]) {}

  /** Starts everything with so many hosts; resolves when each is served with its own certificate. */
  static async start(bed: Bed, count: number, delivery: DeliveryWay): Promise<DeliveryScene> {
    const hosts = Array.from({ length: count }, (_, at) => `h${String(at).padStart(4, "0")}.example.com`);
    const scene = new DeliveryScene(bed, hosts);
    const pairs: TestPair[] = [];
    for (const host of hosts) {
      const pair = await bed.authority.issue(host);
      pairs.push(pair);
      await scene.#swap(pair);
    }
    await bed.putListeners(GATEWAY, scene.#port, hosts);
    const began = performance.now();
    scene.#certgate = await scene.#launch(delivery);
    await scene.#certgate.ready();
    scene.#edge = await bed.startEdge("all");
    // Once over, the patience of one question for the Envoy of thousands of hosts begins anew.
    const { value } = await until("Envoy runs", () => scene.#edge.envoy(CLUSTER), { within: PATIENCE.start });
    scene.#envoy = value;
    await scene.#untilLoaded(pairs);
    await scene.#untilServed(pairs.at(-1)!, PATIENCE.start, BEAT);
    scene.startMs = performance.now() - began;
    // Thousands of handshakes take longer than all that came before, so this is no part of it.
    for (const pair of pairs) await scene.#untilServed(pair, 0, BEAT);
    return scene;
  }

  /** Until Envoy has all certificates: asking for that takes little of the machine that is looked at. */
  async #untilLoaded(pairs: readonly TestPair[]): Promise<void> {
    await until("Envoy has every certificate", async () => {
      const serials = await this.#envoy.serials();
      return pairs.every(({ serial }) => serials.has(serial));
    }, { within: PATIENCE.start, every: 300 });
  }

  /** Certgate with the settings of the runtime that a release has. */
  async #launch(delivery: DeliveryWay): Promise<Certgate> {
    const { bed } = this;
    const { directory, socket, resources, published, volumes } = bed;
    const http = `127.0.0.1:${freePort()}`;
    const gate = { resources: resources.path, published, volumes };
    const places = { directory, socket, envoy: toolPath("envoy") ?? "none", gate };
    const file = `${directory}/certgate.yaml`;
    const settings = {
      ...configuration(places, http),
      sources: [{ path: `${volumes}/secrets/*`, namespace: "default", delivery }],
      sds: { listen: `unix://${directory}/sds.sock` },
    };
    await Deno.writeTextFile(file, JSON.stringify(settings, null, 1));
    const program = new Program(Deno.execPath(), {
      args: ["run", "-A", V8_FLAGS, MAIN, "run", "--config", file],
      cwd: directory,
      log: `${directory}/certgate.log`,
    });
    return bed.keep(Certgate.of(program, http, file));
  }

  /** Renews one host after the other and returns the milliseconds of each from the rename to the new certificate. */
  async renew(count: number, pause: (turn: number) => number): Promise<number[]> {
    const times: number[] = [];
    for (let turn = 0; turn < count; turn++) {
      const host = this.hosts[(turn * 37) % this.hosts.length];
      const pair = await this.bed.authority.issue(host);
      await new Promise((resolve) => setTimeout(resolve, pause(turn)));
      const renamed = await this.#swap(pair);
      await this.#untilServed(pair, PATIENCE.renewal, BEAT);
      times.push(performance.now() - renamed);
    }
    return times;
  }

  /** The same, with nothing in between, while clients of every kind ask all hosts. */
  async storm(count: number): Promise<Storm> {
    const { bed, hosts } = this;
    const load = bed.keep(
      Load.start({ port: this.#port, hosts, trust: bed.authority.pem, wide: 4, http2: 2 }),
    );
    const times = await this.renew(count, () => 0);
    await load.stop();
    return { times, ...load.report };
  }

  /** Waits until Envoy Gateway has had nothing to say for a while and everything has arrived. */
  async rest(): Promise<void> {
    let last = "";
    let since = performance.now();
    await until("everything is at rest", async () => {
      const now = JSON.stringify(await this.counters());
      if (now !== last) [last, since] = [now, performance.now()];
      if (performance.now() - since < CALM) throw new Error(`still moving: ${now}`);
      return (await this.#certgate.gate()).converged;
    }, { within: PATIENCE.rest, every: 1000 });
  }

  /** What must not move. */
  async counters(): Promise<Counters> {
    const hookCalls = total(await this.metrics(), "certgate_hook_calls_total");
    return { hookCalls, envoy: await this.#envoy.stats(STILL) };
  }

  /** @throws if an update was refused, or a client has resumed a session and so has not seen the certificate. */
  async expectSound(): Promise<void> {
    const { rejected } = await this.#envoy.refusals();
    const resumed = await this.#envoy.stats("^listener\\..*ssl\\.session_reused$");
    const wrong = [...Object.entries(rejected), ...Object.entries(resumed).filter(([, value]) => value > 0)];
    if (wrong.length > 0) throw new Error(`Cannot believe these figures: ${JSON.stringify(wrong)}`);
  }

  metrics(): Promise<Samples> {
    return this.#certgate.metrics();
  }

  /** What certgate has used: CPU seconds since its start, and resident memory now in MiB. */
  async usage(): Promise<{ cpuSeconds: number; mib: number }> {
    const { pid } = this.#certgate;
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    // After the name in parentheses: state is field 3, user and system time are 14 and 15, in ticks of 10 ms.
    const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).replace(/^.*\) /, "").split(" ");
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      mib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    };
  }

  async #untilServed({ host, serial }: TestPair, within: number, every: number): Promise<void> {
    const question = { port: this.#port, host, trust: this.bed.authority.pem };
    await until(`${host} is served with ${serial}`, async () => {
      const answer = await probe(question);
      if (answer.kind !== "answered") throw new Error(JSON.stringify(answer));
      return answer.serial === serial;
    }, { within, every });
  }

  /** Puts a pair into the volume of its host as the kubelet does. @returns when the link was renamed. */
  async #swap({ host, certificate, key }: TestPair): Promise<number> {
    const { path } = this.bed.volume(host);
    const fresh = `..${++this.#swaps}`;
    await Deno.mkdir(`${path}/${fresh}`, { recursive: true });
    await Deno.writeTextFile(`${path}/${fresh}/tls.crt`, certificate);
    await Deno.writeTextFile(`${path}/${fresh}/tls.key`, key);
    const before = await Deno.readLink(`${path}/..data`).catch(() => null);
    await Deno.symlink(fresh, `${path}/..data_tmp`);
    const renamed = performance.now();
    await Deno.rename(`${path}/..data_tmp`, `${path}/..data`);
    if (before !== null) await Deno.remove(`${path}/${before}`, { recursive: true });
    else for (const file of ["tls.crt", "tls.key"]) await Deno.symlink(`..data/${file}`, `${path}/${file}`);
    return renamed;
  }
}

const STILL =
  "^(listener_manager\\.(lds\\.update_success|listener_(added|modified|removed|in_place_updated))" +
  "|cluster_manager\\.(cds\\.update_success|cluster_(added|modified|removed)))$";
