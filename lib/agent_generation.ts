import type { Log } from "./model/mod.ts";
import type { VerdictKeeper } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import {
  type Generation,
  type GenerationParts,
  type HostEnvoy,
  lookForEnvoy,
  makeGeneration,
  type PolicyBelief,
  sameEnvoy,
} from "./server/mod.ts";

const ENVOY_CHECK_INTERVAL = 30_000;

/** What a {@linkcode GenerationHolder} is given from outside. */
export interface GenerationHolderParts extends GenerationParts {
  readonly keeper: VerdictKeeper;
  /** Milliseconds between looks at the Envoy binary of the host; half a minute unless told. */
  readonly envoyCheckInterval?: number;
  /** Called when {@linkcode GenerationHolder.wafProblem} is another one. */
  readonly onWafProblem?: () => void;
}

/** Owns the one generation: replaces it when the configuration or the Envoy binary of the host is another one. */
export class GenerationHolder {
  readonly #parts: GenerationHolderParts;
  readonly #check: ReturnType<typeof setInterval>;
  #now: Generation;
  #wafProblem = "";
  #stopped = false;

  private constructor(first: Generation, parts: GenerationHolderParts) {
    this.#parts = parts;
    this.#now = first;
    this.#check = setInterval(() => this.#lookAgain(), parts.envoyCheckInterval ?? ENVOY_CHECK_INTERVAL);
  }

  /** Makes the first generation, from what was known before. */
  static async open(config: Config, parts: GenerationHolderParts): Promise<GenerationHolder> {
    const envoy = await lookForEnvoy(config.envoy.path);
    return new GenerationHolder(makeGeneration(config, parts.keeper.known, envoy, parts), parts);
  }

  /** What is believed now. To be read once per call. */
  get now(): Generation {
    return this.#now;
  }

  /** Takes a new configuration into use, with what it makes of the policy objects. */
  async use(next: Config, policy: PolicyBelief): Promise<void> {
    const envoy = await lookForEnvoy(next.envoy.path, this.#now.envoy);
    this.#renew(next, envoy, policy);
    this.#askForFilter();
  }

  /** Takes what is believed of policy into use. */
  usePolicy(policy: PolicyBelief): void {
    this.#now = { ...this.#now, policy };
    this.#askForFilter();
  }

  /** Why the Envoy of the host would refuse the firewall; empty if nothing is known against it, or there is none. */
  get wafProblem(): string {
    return this.#wafProblem;
  }

  /** Looks for Envoy no more. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#check);
  }

  #renew(config: Config, envoy: HostEnvoy, policy: PolicyBelief): void {
    const known = new Map(this.#now.store.entries());
    this.#now = makeGeneration(config, known, envoy, { ...this.#parts, policy });
  }

  // Envoy Gateway may fetch its Envoy after certgate has started, and a package manager may replace it at any time.
  async #lookAgain(): Promise<void> {
    const before = this.#now;
    const found = await lookForEnvoy(before.config.envoy.path, before.envoy);
    // A reload in the meantime has looked for itself.
    if (this.#now.envoy !== before.envoy) return;
    if (sameEnvoy(found, before.envoy)) return await this.#askForFilter({ again: true });
    if (this.#now.config !== before.config) return;
    this.#renew(before.config, found, this.#now.policy);
    this.#askForFilter();
    const log: Log = this.#parts.log;
    log.info("the envoy binary has changed, what it has not judged is asked again", { envoy: found.path });
  }

  // In the background: answers only wait for it where nothing is known yet.
  async #askForFilter({ again = false }: { readonly again?: boolean } = {}): Promise<void> {
    const { goFilter } = this.#now.envoy;
    const isWanted = () => this.#now.config.features.policy && this.#now.policy.settings.waf !== null;
    if (isWanted()) await (again ? goFilter?.look() : goFilter?.ask());
    // What was asked of an Envoy that is in use no more says nothing.
    if (this.#stopped || this.#now.envoy.goFilter !== goFilter) return;
    const problem = isWanted() ? goFilter?.problem ?? "" : "";
    if (problem === this.#wafProblem) return;
    this.#wafProblem = problem;
    this.#parts.onWafProblem?.();
  }
}
