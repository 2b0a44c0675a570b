import type { PlanCounts, Step } from "../model/mod.ts";

/** Adds up what steps do. @param prunedChains Chains that go, those of whole listeners included. */
export function countSteps(steps: readonly Step[], prunedChains: number): PlanCounts {
  const askedReferences =
    steps.filter(({ kind }) => kind === "ask_sds" || kind === "ask_sds_upstream").length;
  const of = (...kinds: readonly Step["kind"][]) => steps.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    prunedChains,
    refusingChains: of("refuse_chain"),
    addedChains: of("add_refusing_chain"),
    prunedCertificates: of("drop_certificate"),
    removedListeners: of("drop_listener"),
    parkedListeners: of("park_listener"),
    prunedSecrets: of("drop_secret"),
    neutralised: of("neutralise_secret", "neutralise_cluster", "add_secret"),
    filteredBundles: of("filter_secret", "filter_chain_trust", "filter_cluster_trust"),
    ...(askedReferences === 0 ? {} : { askedReferences }),
  };
}
