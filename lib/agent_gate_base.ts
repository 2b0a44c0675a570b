import { join } from "node:path";
import { type EgDirectory, type Keep, openEgDirectory, openKeep } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import { readNudge } from "./agent_gate_plan.ts";
import type { GateParts } from "./agent_gate_parts.ts";
import { GateInputs } from "./agent_inputs.ts";

/** What a gate stands on. */
export interface GateBase {
  readonly inputs: GateInputs;
  /** `null` where there is no Envoy Gateway. */
  readonly directory: EgDirectory | null;
  /** The last good pairs. */
  readonly keep: Keep;
  /** The counter that was published last. */
  readonly nudge: number;
}

/**
 * Opens what a gate reads and writes; resolves when everything was looked at once.
 *
 * @param onChange Called when something that is read has changed.
 */
export async function openGateBase(
  config: Config,
  parts: GateParts,
  onChange: () => void,
): Promise<GateBase> {
  const { resources, output } = config.gate;
  const { log, metrics, clock } = parts;
  const nudge = await readNudge(output);
  const [inputs, directory, keep] = await Promise.all([
    GateInputs.open(resources, { config, log, metrics, clock, onChange }),
    output === undefined ? null : openEgDirectory({ directory: output, log, metrics, clock }),
    openKeep(join(config.stateDir, "pairs"), log),
  ]);
  return { inputs, directory, keep, nudge };
}
