import type { GateParts } from "./agent_gate_parts.ts";
import { nextEdge, planObjects } from "./agent_gate_plan.ts";
import type { GateInputs } from "./agent_inputs.ts";
import type { PairBook } from "./agent_pairs.ts";
import type { GateView } from "./agent_status.ts";
import type { Config } from "./resources/mod.ts";

/** Milliseconds for which Envoy's word on a new pair is waited for; the rules stand alone until it comes. */
export const ENVOY_PATIENCE = 7000;
// What is waited for is looked at again this soon, whatever tells of it or does not.
const WAITING = 10_000;

/** What is to be believed from now on: everything of a view but what became of writing it down. */
export interface Judged extends Omit<GateView, "output"> {
  /** When it was judged, milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds after which something that was not believed yet has to be looked at again; `null` if nothing. */
  readonly again: number | null;
}

/**
 * Takes what was read, judges every pair and plans what is published. Writes nothing.
 *
 * @param inputs What stands on disk.
 * @param book What was judged before, and the last good pairs.
 * @param settings `nudge` is the counter that is published with the plan.
 */
export async function judgeEverything(
  inputs: GateInputs,
  book: PairBook,
  { config, parts, nudge }: { config: Config; parts: GateParts; nudge: number },
): Promise<Judged> {
  const { objects, files, sources, findings, arrivals, again } = inputs.gather();
  const asking = { store: parts.store(), sources, config, patience: ENVOY_PATIENCE };
  const judged = await book.judge(arrivals, asking, parts.clock());
  const { issuance, sds } = parts;
  const bundles = await sds.bundles();
  // Nobody is to wait for anything else where a pair goes straight to Envoy.
  const delivered = sds.deliver(judged, config);
  // What was handed out leaves before the rest is worked out, which takes a while for thousands of hosts.
  if (sds.wanted(config)) await new Promise((resolve) => setTimeout(resolve));
  const now = parts.clock();
  const { pairs, findings: ofIntents, isPending } = issuance.planned({ objects, pairs: delivered });
  const challenges = issuance.challenges();
  const { plan, refused } = planObjects(config, { objects, pairs, now, nudge, challenges, bundles });
  issuance.answered(plan.challenges);
  return {
    plan,
    pairs,
    findings: [...findings, ...ofIntents, ...plan.findings, ...refused],
    objects,
    files,
    sources,
    directory: config.gate.resources ?? "",
    edge: earliest(nextEdge(pairs.values()), sds.edge()),
    doubt: parts.doubt(),
    now,
    again: isPending ? Math.min(again ?? Infinity, WAITING) : again,
  };
}

function earliest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? one ?? other : Math.min(one, other);
}
