import type { PolicySet } from "../model/mod.ts";
import type { PolicyIndex, PolicyIndexOptions } from "./policy_index.ts";

/**
 * Makes the index of a set of policy objects.
 *
 * @param set What the files say.
 * @param _options What else it depends on.
 */
export function makePolicyIndex(set: PolicySet, _options: PolicyIndexOptions): PolicyIndex {
  const isEmpty = set.policies.length + set.proxies.length + set.connectors.length + set.namespaces.length +
      set.slices.length === 0;
  return {
    digest: "",
    isEmpty,
    hasPolicies: set.policies.length > 0,
    namesRoutes: false,
    connectors: 0,
    devices: 0,
    policies: [],
    governing: () => null,
    connector: () => null,
    device: () => null,
  };
}
