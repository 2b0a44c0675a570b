import { isDeepStrictEqual } from "node:util";
import type { GateStatus } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { DarkHostname } from "./server/mod.ts";
import { Gate, type GateParts } from "./agent_gate.ts";
import type { SeenGateway } from "./agent_delivery.ts";

/** The gate of the configuration in use, where there is one. */
export class GateHolder {
  readonly #parts: GateParts;
  #gate: Gate | null = null;
  #config: Config | null = null;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /**
   * Opens the gate of a configuration in place of the one before; one that works the same way stays.
   *
   * What was published stays in place in between, so Envoy Gateway notices nothing.
   */
  async use(config: Config): Promise<void> {
    if (this.#config !== null && isDeepStrictEqual(gateKeys(this.#config), gateKeys(config))) return;
    await this.close();
    this.#config = config;
    if (config.gate.resources === undefined) return;
    this.#gate = await Gate.open(config, this.#parts);
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
  answered(gateways: readonly SeenGateway[], outcome: string): void {
    this.#gate?.answered(gateways, outcome);
  }

  /** Ends the gate; what was published stays. */
  async close(): Promise<void> {
    const gate = this.#gate;
    this.#gate = null;
    await gate?.stop();
  }
}

function gateKeys({ sources, watch, gate, envoy, neverGate, onExpired }: Config) {
  return { sources, watch, gate, admin: envoy.admin, runtimeDir: envoy.runtimeDir, neverGate, onExpired };
}
