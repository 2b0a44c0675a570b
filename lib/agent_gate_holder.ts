import { isDeepStrictEqual } from "node:util";
import type { GateStatus } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { AnsweredCall, DarkHostname } from "./server/mod.ts";
import { Gate } from "./agent_gate.ts";
import type { GateParts } from "./agent_gate_parts.ts";
import { GateLog } from "./agent_gate_log.ts";

/** The gate of the configuration in use, where there is one. */
export class GateHolder {
  readonly #parts: GateParts;
  #gate: Gate | null = null;
  #config: Config | null = null;

  constructor(parts: Omit<GateParts, "said">) {
    this.#parts = { ...parts, said: new GateLog(parts.log) };
  }

  /**
   * Opens the gate of a configuration in place of the one before; one that works the same way stays.
   *
   * What was published stays in place in between, so Envoy Gateway notices nothing. The old gate answers until the new
   * one has looked at everything.
   *
   * @throws What opening it throws; the gate before is then in use again.
   */
  async use(config: Config): Promise<void> {
    const before = this.#config;
    if (before !== null && isDeepStrictEqual(gateKeys(before), gateKeys(config))) return;
    await this.#gate?.stop();
    try {
      this.#gate = await this.#open(config);
      this.#config = config;
    } catch (error) {
      if (before !== null) this.#gate = await this.#open(before);
      throw error;
    }
  }

  async #open(config: Config): Promise<Gate | null> {
    return config.gate.resources === undefined && !this.#parts.sds.wanted(config)
      ? null
      : await Gate.open(config, this.#parts);
  }

  /** What the gate believes; `null` where it is off. */
  status(): GateStatus | null {
    return this.#gate?.status() ?? null;
  }

  /** Hostnames that are left out of what Envoy Gateway is given. */
  dark(): readonly DarkHostname[] {
    return this.#gate?.dark() ?? [];
  }

  /** Takes note of an answered hook call. */
  answered(call: AnsweredCall): void {
    this.#gate?.answered(call);
  }

  /** Looks soon whether the Envoys have what they were given. */
  look(): void {
    this.#gate?.look();
  }

  /** Looks at everything again, soon. */
  wake(): void {
    this.#gate?.wake();
  }

  /** Publishes with the policy that has just come into use. */
  policyChanged(): void {
    this.#gate?.policyChanged();
  }

  /** Ends the gate; what was published stays. */
  async close(): Promise<void> {
    const gate = this.#gate;
    this.#gate = null;
    await gate?.stop();
  }
}

function gateKeys({ sources, watch, gate, envoy, neverGate, onExpired, features, issuance, sds }: Config) {
  const { admin, runtimeDir } = envoy;
  const { listenerSets } = features;
  return {
    sources,
    watch,
    gate,
    admin,
    runtimeDir,
    neverGate,
    onExpired,
    listenerSets,
    issued: issuance.output,
    issuedDelivery: issuance.delivery,
    bundles: sds.bundles,
    sdsClient: sds.envoy,
  };
}
