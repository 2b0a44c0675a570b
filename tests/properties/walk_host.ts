/** A host on disk with an agent, for walks. */
import { join } from "node:path";
import { makeSelfSigned, readFacts } from "../../lib/pki/mod.ts";
import { KeyMaterial } from "../../lib/model/mod.ts";
import { type Agent, startAgent } from "../../lib/agent.ts";
import type { GateStatus } from "../../lib/model/mod.ts";
import { type Config, configSchema } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { swapVolume } from "../fakes/pair_files.ts";
import { FILES, type Made, type Model, sourceOf, SOURCES } from "./walk_model.ts";

export const HOUR = 3_600_000;
const PATIENCE = 10_000;

export class WalkHost {
  log = new FakeLog();
  readonly keys: string[] = [];
  /** Everything that was ever published, in order. */
  readonly publications: { text: string; ino: number | null; mtime: number }[] = [];
  offset = 0;
  readonly begun = Date.now();
  #agent: Agent | null = null;
  readonly #recorder: ReturnType<typeof setInterval>;
  #count = 0;

  private constructor(readonly dir: string) {
    this.#recorder = setInterval(() => this.record(), 5);
  }

  static async make(): Promise<WalkHost> {
    const host = new WalkHost(await Deno.makeTempDir({ prefix: "certgate-walk-" }));
    for (const name of ["volumes/a", "volumes/b", "resources", "output", "away"]) {
      await Deno.mkdir(join(host.dir, name), { recursive: true });
    }
    for (const file of Object.keys(FILES)) await host.writeResource(file);
    return host;
  }

  now(): number {
    return Date.now() + this.offset;
  }

  at(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  directoryOf(host: string): string {
    return this.at("volumes", sourceOf(host), host);
  }

  /** Dates lie half an hour beside every hour, so that no jump of the clock comes near one. */
  async makePair(host: string, kind: string): Promise<Made> {
    const base = this.now() - 10_000;
    const half = HOUR / 2;
    const [from, days] = kind === "expired"
      ? [base - half - 24 * HOUR, 1]
      : kind === "future"
      ? [base + half + 12 * HOUR, 3]
      : [base - half, kind === "short" ? 1 : kind === "long" ? 30 : 4];
    const names = [`${host}.example.com`];
    const { certificate, key } = await makeSelfSigned({ names, now: from, days });
    const other = kind === "mismatched" ? await makeSelfSigned({ names, now: from, days }) : null;
    let chain = certificate;
    if (kind === "chain") {
      const issuer = await makeSelfSigned({ commonName: "CA", now: from, days: 40, isCa: true });
      chain = new Uint8Array([...certificate, ...issuer.certificate]);
    }
    if (kind === "truncated") chain = certificate.subarray(0, certificate.length / 2);
    const bytes = (other?.key ?? key).open();
    this.keys.push(new TextDecoder().decode(bytes).split("\n")[1]);
    const facts = readFacts({ certificate: chain, key: new KeyMaterial(bytes) });
    return { label: `${kind}-${++this.#count}`, certificate: chain, key: bytes, facts };
  }

  async writeResource(file: string, broken = false): Promise<void> {
    const { owner, listeners } = FILES[file];
    const [kind, key] = owner.split(" ");
    const name = key.split("/")[1];
    const common = Object.entries(listeners).map(([name, refs]) => ({
      name,
      protocol: "HTTPS",
      port: 443,
      hostname: `${name}.example.com`,
      tls: { certificateRefs: refs.map((name) => ({ name })) },
    }));
    const spec = kind === "Gateway"
      ? { gatewayClassName: "eg", allowedListeners: { namespaces: { from: "Same" } }, listeners: common }
      : { parentRef: { name: "shop" }, listeners: common };
    const value = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind,
      metadata: { name, namespace: "edge" },
      spec,
    };
    const text = JSON.stringify(value, null, 2);
    await Deno.writeTextFile(this.at("resources", file), broken ? text.slice(0, text.length / 2) : text);
  }

  config(model: Model): Config {
    return configSchema.parse({
      hook: { listen: `unix://${this.at("hook.sock")}` },
      http: { listen: "127.0.0.1:0" },
      stateDir: this.at("state"),
      envoy: { path: "none", admin: "none" },
      sources: Object.keys(SOURCES).map((name) => ({
        path: `${this.at("volumes", name)}/*`,
        namespace: "edge",
      })),
      watch: { pollInterval: 100, settle: 50, absenceGrace: 50, staleGrace: 50 },
      neverGate: [...model.neverGate].map((name) => `edge/${name}`),
      gate: { resources: this.at("resources"), output: this.at("output"), holdLastGood: model.hold },
      features: { listenerSets: true },
    });
  }

  async start(model: Model): Promise<void> {
    this.log = new FakeLog();
    const agent = await startAgent(this.config(model), {
      version: "0",
      log: this.log,
      clock: () => this.now(),
      spacing: 20,
      setTimer(ring, milliseconds) {
        const timer = setTimeout(ring, Math.min(milliseconds, 20));
        return () => clearTimeout(timer);
      },
    });
    if (agent.kind !== "agent") throw new Error(agent.message);
    this.#agent = agent;
    this.record();
  }

  async reload(model: Model): Promise<void> {
    await this.#agent!.reload(this.config(model));
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  /** Notes what is published, if it is something new. */
  record(): void {
    try {
      const { ino, mtime } = Deno.statSync(this.at("output/certgate.yaml"));
      const last = this.publications.at(-1);
      if (last?.ino === ino && last.mtime === mtime!.getTime()) return;
      const text = Deno.readTextFileSync(this.at("output/certgate.yaml"));
      this.publications.push({ text, ino, mtime: mtime!.getTime() });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async get(path: string): Promise<string> {
    return await (await fetch(`${this.#agent!.http}${path}`)).text();
  }

  async status(): Promise<GateStatus> {
    return JSON.parse(await this.get("/v1/status")).gate;
  }

  /** Resolves when the sources were looked at so many more times. */
  async looks(count: number): Promise<void> {
    const read = async () =>
      Number(/^certgate_source_looks_total (\d+)/m.exec(await this.get("/metrics"))![1]);
    const wanted = await read() + count;
    await this.until("the sources are looked at", async () => await read() >= wanted ? "" : "not yet");
  }

  /** @param problem What is not yet as it should be; empty when all is. */
  async until(what: string, problem: () => Promise<string>): Promise<void> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const words = await problem();
      if (words === "") return;
      if (performance.now() > end) throw new Error(`It never comes to this: ${what}: ${words}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#recorder);
    await this.stop();
    await Deno.remove(this.dir, { recursive: true });
  }
}

/** Hosts that are written to by moving a link, as the kubelet does. */
export const SWAPPED: ReadonlySet<string> = new Set(["h0", "h3"]);

/** @param round Tells the directories behind the link apart. */
export async function putPair(host: WalkHost, name: string, made: Made, round: number): Promise<void> {
  const directory = host.directoryOf(name);
  await Deno.mkdir(directory, { recursive: true });
  if (SWAPPED.has(name)) return swapVolume(directory, { ...made, names: [] }, round);
  await Deno.writeFile(`${directory}/tls.crt`, made.certificate);
  await Deno.writeFile(`${directory}/tls.key`, made.key);
}
