import type { Blame, Plan, Step } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import { countSteps } from "./_count.ts";
import { planDelivery } from "./deliver.ts";
import { findProblems, unresolvedNames } from "./_findings.ts";
import { HiddenReferences } from "./_hidden_references.ts";
import { Judgement } from "./_judgement.ts";
import { ownClusters } from "./_own_clusters.ts";
import { planDark } from "./_plan_dark.ts";
import { planCluster } from "./_plan_cluster.ts";
import { planListener } from "./_plan_listener.ts";
import { planSecrets } from "./_plan_secrets.ts";
import type { PruneOptions, VerdictOf } from "./prune_options.ts";
import { planProtocols } from "./_plan_protocols.ts";
import { downstreamNames, keptUpstream, upstreamMentions } from "./_references.ts";
import { SecretTable } from "./_secret_table.ts";

/**
 * Plans what has to leave a snapshot so that Envoy loads the rest.
 *
 * - Proof: only the verdict `withhold` removes or replaces anything.
 * - Closure: every SDS name that the answer asks of the snapshot's own server is in the answer, and Envoy can load it.
 *   A chain that refers to a name nobody gives is treated like one whose certificate is bad.
 * - Never empties a listener, never drops a cluster or a route, never reorders, and never changes an `sds_config` but
 *   for that of a placeholder, which becomes the same for all; see {@linkcode planDelivery}.
 * - Never takes the client check off a chain.
 * - Without a single secret in the request, references are taken to be fine: the list was not sent.
 * - A request that breaks off gets no step at all.
 * - Closure holds as well for what asks certgate's own server: it has what it is asked for. No placeholder goes out.
 * - A hostname that the gate has left out gets a chain that refuses it where another one would answer for it.
 * - Planning the answer again gives no step. Never throws, whatever the bytes are.
 *
 * @param verdictOf The verdict of each pair and bundle, asked for in the order of the request.
 */
export function planPrune(snapshot: Snapshot, verdictOf: VerdictOf, options: PruneOptions): Plan {
  const judgement = new Judgement(verdictOf, options);
  const { sds = null } = options;
  const own = ownClusters(snapshot, sds);
  const secrets = new SecretTable(snapshot, judgement, own);
  const findings = findProblems(snapshot);
  if (!snapshot.intact) return emptyPlan(findings, judgement.edge);
  const fates = snapshot.listeners.map((listener) => planListener(listener, { secrets, judgement }));
  const dark = planDark(snapshot, fates, options);
  const dropped = fates.flatMap((fate) => fate.dropped);
  let names: ReadonlySet<string> | null = null;
  let kept: ReadonlySet<string> | null = null;
  let hidden: HiddenReferences | null = null;
  const delivery = planDelivery(snapshot, { secrets, fates, sds });
  const protocols = planProtocols(snapshot, { secrets, fates, sds, own });
  const planned = planSecrets({
    secrets,
    downstream: () => names ??= downstreamNames(snapshot, fates),
    hidden: () => hidden ??= new HiddenReferences(snapshot),
    upstream: upstreamMentions(snapshot),
    hostnames: hostnamesBySecret(dropped.flat()),
    kept: () => kept ??= keptUpstream(snapshot, secrets),
  });
  const steps = [
    ...snapshot.clusters.flatMap((cluster) => planCluster(cluster, judgement)),
    ...delivery.clusters,
    ...planned.steps,
    ...fates.flatMap((fate, index) => [
      ...fate.steps,
      ...delivery.listeners.get(index) ?? NO_STEPS,
      ...protocols.get(index) ?? NO_STEPS,
      ...asList(dark.get(index)),
    ]),
  ];
  const darkNames = [...dark.values()].flatMap((step) => "hostnames" in step ? step.hostnames : []);
  return {
    steps,
    findings: [...findings, ...unresolvedNames(steps), ...planned.findings, ...judgement.findings],
    counts: countSteps(steps, dropped.length),
    withheldHostnames: [
      ...new Set([...dropped.flat().flatMap(({ hostnames }) => hostnames), ...darkNames]),
    ].sort(),
    edge: judgement.edge,
  };
}

const NO_STEPS: readonly Step[] = [];

function asList(step: Step | undefined): readonly Step[] {
  return step === undefined ? NO_STEPS : [step];
}

/** The plan that changes nothing. */
export function emptyPlan(findings: Plan["findings"] = [], edge: number | null = null): Plan {
  return { steps: [], findings, counts: countSteps([], 0), withheldHostnames: [], edge };
}

function hostnamesBySecret(blames: readonly Blame[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { secret, hostnames } of blames) {
    const names = found.get(secret) ?? new Set();
    hostnames.forEach((name) => names.add(name));
    found.set(secret, names);
  }
  return new Map([...found].map(([secret, names]) => [secret, [...names].sort()]));
}
