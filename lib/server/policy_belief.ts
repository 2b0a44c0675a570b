import type { LocalReply, PolicySet } from "../model/mod.ts";
import type { PolicySettings } from "../mutations/mod.ts";
import { makePolicyIndex, type PolicyIndex } from "../policy/mod.ts";
import type { Config } from "../resources/mod.ts";

export type { PolicySettings };

/** What is believed about local policy. */
export interface PolicyBelief {
  readonly index: PolicyIndex;
  readonly settings: PolicySettings;
}

/**
 * Puts together what mutations are given.
 *
 * @param config Its section `policy`; `waf.enabled: auto` means on while there is a policy.
 * @param index What the policy objects say.
 * @param localReply The page, read and escaped; `null` where it is switched off.
 */
export function makePolicyBelief(
  { policy }: Pick<Config, "policy">,
  index: PolicyIndex,
  localReply: LocalReply | null,
): PolicyBelief {
  const { enabled, ...names } = policy.waf;
  const { baseDirectives: _, ...waf } = names;
  const on = enabled === "on" || enabled === "auto" && index.hasPolicies;
  const { tunnelListener, compat } = policy;
  return { index, settings: { waf: on ? waf : null, localReply, tunnelListener, compat } };
}

const NO_OBJECTS: PolicySet = {
  policies: [],
  proxies: [],
  connectors: [],
  namespaces: [],
  slices: [],
  refused: [],
  findings: [],
  files: 0,
};

/** What is believed where there are no policy objects and no page. */
export function noPolicy(config: Pick<Config, "policy">): PolicyBelief {
  const { compat, waf: { baseDirectives } } = config.policy;
  const index = makePolicyIndex(NO_OBJECTS, { compat, baseDirectives, generationOf: () => 0 });
  return makePolicyBelief(config, index, null);
}
