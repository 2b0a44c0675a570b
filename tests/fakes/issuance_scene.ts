import { join } from "node:path";
import { FakeLog } from "./fake_log.ts";
import { fakeMetrics } from "./fake_metrics.ts";
import { tempRoot } from "./pair_files.ts";
import { verdictOf } from "../../lib/health/mod.ts";
import type { Intent } from "../../lib/issuers/mod.ts";
import type { Verdict } from "../../lib/model/mod.ts";
import { openSigningKey, readFacts, signSelf } from "../../lib/pki/mod.ts";
import { type Issuance, openIssuance } from "../../lib/issuance/issuance.ts";
import type {
  Issuer,
  IssuerConfig,
  IssueRequest,
  IssueResult,
  RenewalWindow,
} from "../../lib/issuance/issuer.ts";
import { readStored, type StoredPair } from "../../lib/issuance/store.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** An intent with quick keys. */
export function intentOf(name: string, members: Partial<Intent> = {}): Intent {
  return {
    namespace: "default",
    name,
    owner: {
      kind: "Gateway",
      apiVersion: "gateway.networking.k8s.io/v1",
      namespace: "default",
      name: "edge",
      uid: "",
    },
    issuerRef: { name: "test", kind: "ClusterIssuer", group: "cert-manager.io" },
    commonName: "",
    dnsNames: [`${name}.example.com`],
    ipAddresses: [],
    emailAddresses: [],
    subject: null,
    duration: null,
    renewBefore: null,
    renewBeforePercentage: null,
    usages: [],
    revisionHistoryLimit: null,
    privateKey: { algorithm: "ECDSA" },
    secretTemplate: null,
    listeners: ["https"],
    labels: {},
    annotations: {},
    explain: [],
    ...members,
  };
}

/** A clock and timers that move when the test says so. */
class FakeTime {
  now = Date.UTC(2026, 10, 21);
  doubt = "";
  monotonic = 0;
  readonly #timers = new Set<{ readonly ring: () => void; readonly at: number }>();

  readonly setTimer = (ring: () => void, milliseconds: number) => {
    const timer = { ring, at: this.monotonic + milliseconds };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Time passes; timers that are due ring, once each. */
  advance(milliseconds: number): void {
    this.now += milliseconds;
    this.monotonic += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.monotonic && this.#timers.delete(timer)) timer.ring();
    }
  }

  /** The process ends: nothing rings any more. */
  forget(): void {
    this.#timers.clear();
  }
}

/** The process ends here. */
export class Crash extends Error {}

/**
 * Issuance with an issuer whose answers the test gives. By default it keeps orders as ACME does: one that is known by its
 * progress is gone on with.
 */
export class IssuanceScene implements AsyncDisposable {
  readonly time = new FakeTime();
  readonly log = new FakeLog();
  readonly metrics = fakeMetrics();
  /** Names of pairs, each time the issuer was asked. */
  readonly asked: string[] = [];
  readonly requests: IssueRequest[] = [];
  /** How many certificates were signed, by name of the pair. */
  readonly signed = new Map<string, number>();
  /** Steps on disk so far; from the one with this number on they fail. */
  steps = 0;
  crashAt = Infinity;
  /** What happens at each step on disk; throwing is a disk that refuses. */
  onStep: (point: string) => void | Promise<void> = () => {};
  /** What has to hold at each step on disk and each time the issuer is asked; what it throws fails the test. */
  watch: (request: IssueRequest | null) => void | Promise<void> = () => {};
  lifetime = 90 * DAY;
  verdict: () => Verdict = () => verdictOf("serve", "usable");
  /** What the issuer answers. */
  answer: (request: IssueRequest, signal: AbortSignal) => Promise<IssueResult> = (request) =>
    this.order(request);
  window: ((leaf: Uint8Array) => Promise<RenewalWindow | null>) | null = null;
  settings: Record<string, number> = {};
  issuers: Partial<IssuerConfig>[] = [{ name: "test", selfSigned: {} }];
  atOnce = 0;
  mostAtOnce = 0;
  issuance!: Issuance;
  readonly #root = tempRoot();
  #violation: unknown = null;
  readonly #orders = new Map<string, { readonly request: string; chain: Uint8Array | null }>();

  get output(): string {
    return join(this.#root.path, "issued");
  }

  get stateDir(): string {
    return join(this.#root.path, "state");
  }

  async open(): Promise<Issuance> {
    await Deno.mkdir(this.stateDir, { recursive: true });
    this.issuance = await openIssuance({
      config: {
        issuers: this.issuers.map((issuer) => (
          { kind: "ClusterIssuer", group: "cert-manager.io", ...issuer } as IssuerConfig
        )),
        issuance: {
          delivery: "gateway",
          output: this.output,
          compat: "none",
          inherit: "issuer",
          deriveHostnames: false,
          renewAt: 0.67,
          jitter: 0.02,
          attempts: 3,
          pause: DAY,
          retryAfter: 60_000,
          concurrency: 4,
          ...this.settings,
        },
      },
      stateDir: this.stateDir,
      log: this.log,
      metrics: this.metrics,
      time: () => this.time,
      monotonic: () => this.time.monotonic,
      setTimer: this.time.setTimer,
      judge: () => Promise.resolve(this.verdict()),
      challenges: { present: () => Promise.resolve(null), withdraw() {} },
      openIssuer: () => this.#issuer(),
      at: async (point) => {
        await this.#look(null);
        await this.onStep(point);
        if (++this.steps >= this.crashAt) throw new Crash(point);
      },
    });
    return this.issuance;
  }

  /** The process ends and starts again; `between` is done while there is none. */
  async restart(between: () => void = () => {}): Promise<Issuance> {
    this.time.forget();
    await this.issuance.stop();
    between();
    return await this.open();
  }

  /** These are wanted; waits for what is due. */
  async use(...intents: Intent[]): Promise<void> {
    this.issuance.use(intents);
    await this.#settle();
  }

  /** Time passes; waits for what is due. */
  async advance(milliseconds: number): Promise<void> {
    this.time.advance(milliseconds);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.issuance.settled();
    if (this.#violation !== null) throw this.#violation;
  }

  async #look(request: IssueRequest | null): Promise<void> {
    try {
      await this.watch(request);
    } catch (error) {
      this.#violation ??= error;
    }
  }

  /** The pair on disk as a reader finds it, which may be nothing. Throws if it is torn. */
  async served(name: string): Promise<StoredPair | null> {
    const read = () => readStored(this.output, { namespace: "default", name });
    // Who has followed the link to a generation that is replaced meanwhile finds its files gone, and looks again, as
    // sources do.
    const pair = await read() ?? await read();
    if (pair === null) return null;
    const { problem } = readFacts({ certificate: pair.chain, key: pair.key });
    if (problem !== null) throw new Error(`${name} is torn: ${problem.detail}`);
    return pair;
  }

  /** What status says of a pair. */
  status(name = "a") {
    return this.issuance.status().pairs.find((pair) => pair.name === name)!;
  }

  /** Signs a request with its own key. */
  async sign(request: IssueRequest, lifetime = this.lifetime): Promise<IssueResult> {
    const key = await openSigningKey(request.key);
    if (typeof key === "string") throw new Error(key);
    const { now } = this.time;
    const { chain } = await signSelf(request.request, { key, notBefore: now - 1000, end: now + lifetime });
    const { name } = request.intent;
    this.signed.set(name, (this.signed.get(name) ?? 0) + 1);
    return { ok: true, chain, ca: null };
  }

  /** An order as of ACME: its place is kept before it is signed, and who comes back with it gets what was signed. */
  async order(request: IssueRequest): Promise<IssueResult> {
    const text = new TextDecoder().decode(request.request);
    let place = request.progress ?? null;
    let order = place === null ? undefined : this.#orders.get(place);
    if (order === undefined || order.request !== text) {
      place = `order ${this.#orders.size}`;
      order = { request: text, chain: null };
      this.#orders.set(place, order);
      await request.onProgress!(place);
    }
    if (order.chain === null) {
      const signed = await this.sign(request);
      if (signed.ok) order.chain = signed.chain;
    }
    return { ok: true, chain: order.chain!, ca: null };
  }

  #issuer(): Issuer {
    const { window } = this;
    return {
      type: "acme",
      issue: async (request, signal) => {
        this.asked.push(request.intent.name);
        this.requests.push(request);
        this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
        await this.#look(request);
        try {
          return await this.answer(request, signal);
        } finally {
          this.atOnce--;
        }
      },
      ...window === null ? {} : { renewalWindow: window },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.time.forget();
    await this.issuance?.stop();
    this.#root[Symbol.dispose]();
  }
}
