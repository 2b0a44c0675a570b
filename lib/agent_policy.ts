import { isDeepStrictEqual } from "node:util";
import type { EnvoyStatus, GatePlan, Log, ObjectKey, PolicyStatus } from "./model/mod.ts";
import { type Keep, type Metrics, showPolicy, type StatusKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { AnsweredCall, PolicyBelief } from "./server/mod.ts";
import { keyOf } from "./agent_names.ts";
import { type Loop, makeLoop } from "./agent_loop.ts";
import { PolicyTracker } from "./agent_policy_delivery.ts";
import { GoodTexts } from "./agent_policy_good.ts";
import { PolicyInputs, type PolicyTexts } from "./agent_policy_inputs.ts";
import { PolicyLog } from "./agent_policy_log.ts";
import { PolicyPage } from "./agent_policy_page.ts";
import { makePolicyStatus, retainPolicies } from "./agent_policy_status.ts";
import { isPolicyOn, policyKeys, type PolicyView, viewPolicy } from "./agent_policy_view.ts";

/** What a {@linkcode PolicyHolder} is given from outside. */
export interface PolicyHolderParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly keeper: StatusKeeper;
  /** Where good texts are kept. */
  readonly keep: Keep;
  /** Milliseconds since the epoch, as they are believed. */
  readonly clock: () => number;
  /** Milliseconds since the epoch, as the Envoys of this host have them. */
  readonly hostClock: () => number;
  /** Why the Envoy of the host would refuse the firewall; empty if nothing is known against it. */
  readonly wafProblem: () => string;
  /** Takes what is believed into use, in one assignment. */
  readonly onBelief: (belief: PolicyBelief) => void;
  /** Called after it, when answers may be other ones from now on. */
  readonly onDigest: () => void;
}

/** A configuration that is ready to be taken into use. */
export interface PreparedPolicy {
  readonly belief: PolicyBelief;
  /** Takes it into use, and gives back what was open before. */
  commit(): Promise<void>;
  /** Gives back what was opened for it. */
  discard(): Promise<void>;
}

interface Opened {
  readonly config: Config;
  readonly inputs: PolicyInputs;
  readonly page: PolicyPage;
}

// A storm of changes is a few readings: with a thousand connectors one takes a tenth of a second, and heartbeats never end.
const SPACING = 500;

/** The policy of the configuration in use: what its files say, what mutations are given of it, and how far that has come. */
export class PolicyHolder {
  readonly #parts: PolicyHolderParts;
  readonly #good: GoodTexts;
  readonly #tracker: PolicyTracker;
  readonly #log: PolicyLog;
  readonly #work: Loop;
  #opened: Opened | null = null;
  #texts: PolicyTexts = { files: new Map(), findings: [], again: null };
  #view: PolicyView | null = null;
  #status: PolicyStatus | null = null;
  #originals: ReadonlyMap<ObjectKey, string> = new Map();
  #againTimer: ReturnType<typeof setTimeout> | undefined;
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** Nothing is read yet. */
  constructor(parts: PolicyHolderParts) {
    const { keeper } = parts;
    this.#parts = parts;
    this.#good = new GoodTexts(parts.keep);
    this.#log = new PolicyLog(parts.log);
    this.#tracker = new PolicyTracker({
      clock: parts.hostClock,
      settled: {
        get: (key) => keeper.recall(policyKeys.settled(key), null),
        set: (key, generation) => keeper.remember(policyKeys.settled(key), generation, null),
      },
    });
    this.#work = makeLoop(() => this.#readAgain(), {
      spacing: SPACING,
      onError: (error) => parts.log.error("policy could not be read, what was in use stays", { error }),
    });
  }

  /** Opens what a configuration needs and reads everything once; what is in use stays until it is committed. */
  async prepare(config: Config): Promise<PreparedPolicy> {
    const before = this.#opened;
    const stays = before !== null && isDeepStrictEqual(inputKeys(before.config), inputKeys(config));
    const opened = stays ? { ...before, config } : await this.#open(config);
    const texts = await opened.inputs.gather();
    const view = this.#viewOf(opened, texts);
    return {
      belief: view.belief,
      commit: async () => {
        this.#opened = opened;
        this.#adopt(view, texts);
        if (!stays) await close(before);
        // Something may have changed since it was read.
        this.#work.poke();
      },
      discard: () => stays ? Promise.resolve() : close(opened),
    };
  }

  /** Digest of everything that can change a snapshot; empty where policy is off. */
  digest(): string {
    return this.#view?.digest ?? "";
  }

  /** What `/v1/status` says; `null` where policy is off. */
  status(): PolicyStatus | null {
    return this.#status;
  }

  /** Takes note of an answered snapshot. The answer does not wait for what is shown of it. */
  answered({ hook, outcome, snapshot, gateways, policy, applied }: AnsweredCall): void {
    if (hook !== "PostTranslateModify" || outcome === "error" || this.#stopped) return;
    this.#tracker.answered({ snapshot, gateways, policy, applied });
    this.#showTimer ??= setTimeout(() => this.#show());
  }

  /**
   * Takes note of what the Envoys say.
   *
   * @param expected Whether an Envoy that cannot be asked yet is still to come.
   */
  looked(envoys: readonly EnvoyStatus[], expected: boolean): void {
    this.#tracker.looked(envoys, expected);
    this.#show();
  }

  /** Whether an Envoy is to be asked for its updates. */
  waiting(): boolean {
    return this.#tracker.waiting;
  }

  /** Takes note of the Gateways that are about to be published: policies name them as their owners wrote them. */
  planned({ gateways }: GatePlan): void {
    const split = gateways.flatMap((gateway) =>
      gateway.published.filter((name) => name !== gateway.name).map((name): [ObjectKey, string] => [
        keyOf({ namespace: gateway.namespace, name }),
        gateway.name,
      ])
    );
    const originals = new Map(split);
    if (isDeepStrictEqual(originals, this.#originals)) return;
    this.#originals = originals;
    this.viewAgain();
  }

  /** Puts together anew what is believed, since something beside the files is another one. */
  viewAgain(): void {
    if (this.#opened !== null) this.#adopt(this.#viewOf(this.#opened, this.#texts), this.#texts);
  }

  /** Forgets the snapshots of Gateways that are gone. */
  retain(isKnown: (gateway: ObjectKey) => boolean): void {
    this.#tracker.retain(isKnown);
  }

  /** Ends the watching and writes what is to be kept. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#againTimer);
    clearTimeout(this.#showTimer);
    await this.#work.stop();
    await close(this.#opened);
    await this.#good.save();
    await this.#parts.keeper.settled();
  }

  async #open(config: Config): Promise<Opened> {
    const { log, clock } = this.#parts;
    const { watch, policy: { paths, localReply } } = config;
    const on = isPolicyOn(config);
    const watching = { watch, log, clock, onChange: () => this.#work.poke() };
    const [inputs, page] = await Promise.all([
      PolicyInputs.open(on ? paths : [], { ...watching, good: this.#good }),
      PolicyPage.open(on && localReply.enabled ? localReply.bodyPath ?? null : null, watching),
    ]);
    return { config, inputs, page };
  }

  async #readAgain(): Promise<boolean> {
    const opened = this.#opened;
    if (opened === null) return false;
    const texts = await opened.inputs.gather();
    // A reload in the meantime has read for itself.
    if (this.#opened !== opened) return true;
    this.#adopt(this.#viewOf(opened, texts), texts);
    return true;
  }

  #viewOf({ config, page }: Opened, texts: PolicyTexts): PolicyView {
    return viewPolicy(config, {
      texts,
      page: page.view(config.policy.localReply),
      good: this.#good.texts,
      keeper: this.#parts.keeper,
      wafProblem: this.#parts.wafProblem(),
      originalGateway: (published) => {
        const name = this.#originals.get(keyOf(published));
        return name === undefined ? published : { namespace: published.namespace, name };
      },
    });
  }

  #adopt(view: PolicyView, texts: PolicyTexts): void {
    const { keeper, onBelief, onDigest } = this.#parts;
    const before = this.digest();
    this.#view = view;
    this.#texts = texts;
    onBelief(view.belief);
    // Who switches policy off for an hour finds the last good versions where they were.
    if (isPolicyOn(view.config)) {
      this.#good.use(view.files.good, { urgent: view.digest !== before });
      retainPolicies(view, keeper);
    }
    this.#log.tell(view);
    clearTimeout(this.#againTimer);
    if (view.again !== null && !this.#stopped) {
      this.#againTimer = setTimeout(() => this.#work.poke(), view.again);
    }
    this.#show();
    if (view.digest !== before) onDigest();
  }

  #show(): void {
    clearTimeout(this.#showTimer);
    this.#showTimer = undefined;
    const { keeper, metrics, clock } = this.#parts;
    if (this.#view === null || this.#stopped) return;
    const showing = { tracker: this.#tracker, keeper, now: clock() };
    this.#status = isPolicyOn(this.#view.config) ? makePolicyStatus(this.#view, showing) : null;
    showPolicy(metrics, this.#status);
  }
}

async function close(opened: Opened | null): Promise<void> {
  await Promise.all([opened?.inputs.stop(), opened?.page.stop()]);
}

function inputKeys(config: Config) {
  const { watch, policy: { paths, localReply } } = config;
  const on = isPolicyOn(config);
  return { watch, paths: on ? paths : [], page: on && localReply.enabled ? localReply.bodyPath : undefined };
}
