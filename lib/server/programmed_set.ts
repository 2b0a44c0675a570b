import type { Plan } from "../model/mod.ts";
import type { PlannedMutation } from "./_plan_policy.ts";
import { leftIntact } from "./_withheld.ts";

const FAMILIES = [
  "waf_route",
  "waf_hcm",
  "local_reply",
  "connector_cluster",
  "connector_route",
  "connector_offline",
  "vpc_bind",
  "tls_prune",
] as const;

type Family = (typeof FAMILIES)[number];

/** What the latest answer changed, as `/debug/programmed-set` shows it. */
export interface ProgrammedSet {
  /** Counts the answers; 0 before the first one. */
  readonly buildID: number;
  /** RFC 3339; `null` before the first answer. */
  readonly capturedAt: string | null;
  /** What was changed by kind, sorted, each once. */
  readonly keys: Readonly<Record<Family, readonly string[]>>;
  /** How many keys each kind has. */
  readonly counts: Readonly<Record<Family, number>>;
  readonly tlsPrunedChains: number;
  readonly tlsPrunedSecrets: number;
  readonly tlsListenersLeftIntact: number;
}

/** An answer, as far as it is programmed. */
export interface Build {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly plan: Plan;
  readonly mutations: readonly Pick<PlannedMutation, "keys">[];
}

/** Renders the latest answer; `null` where there was none yet. */
export function renderProgrammedSet(build: Build | null): ProgrammedSet {
  const found = new Map<string, Set<string>>(FAMILIES.map((family) => [family, new Set()]));
  for (const { keys } of build?.mutations ?? []) {
    for (const { family, key } of keys) found.get(family)?.add(key);
  }
  for (const key of prunedKeys(build?.plan.steps ?? [])) found.get("tls_prune")!.add(key);
  const keys = byFamily((family) => [...found.get(family)!].sort());
  const { counts } = build?.plan ?? { counts: { prunedChains: 0, prunedSecrets: 0 } };
  return {
    buildID: build?.id ?? 0,
    capturedAt: build === null ? null : new Date(build.at).toISOString(),
    keys,
    counts: byFamily((family) => keys[family].length),
    tlsPrunedChains: counts.prunedChains,
    tlsPrunedSecrets: counts.prunedSecrets,
    tlsListenersLeftIntact: build === null ? 0 : leftIntact(build.plan),
  };
}

function byFamily<T>(value: (family: Family) => T): Record<Family, T> {
  return Object.fromEntries(FAMILIES.map((family) => [family, value(family)])) as Record<Family, T>;
}

/** A chain goes by its first server name, else by the secret that is bad, else by its own name. */
function prunedKeys(steps: Plan["steps"]): string[] {
  return steps.flatMap((step) => {
    switch (step.kind) {
      case "drop_chain":
      case "refuse_chain":
        return [step.blame[0]?.hostnames[0] || step.blame[0]?.secret || step.chainName || "<unknown>"];
      case "drop_listener":
      case "park_listener":
        return step.blame.map(({ hostnames, secret }) => hostnames[0] || secret || step.listenerName);
      default:
        return [];
    }
  });
}
