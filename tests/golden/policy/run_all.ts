/** All mutations of a snapshot in order, as the hook runs them, without its failure policies. */

import { POLICY_MUTATIONS, type PolicyMutation, type PolicyStep } from "../../../lib/model/mod.ts";
import {
  makeLocalReply,
  type MutationResult,
  type PolicyContext,
  type PolicySettings,
  runMutation,
  type RunOptions,
} from "../../../lib/mutations/mod.ts";
import { makePolicyIndex, type PolicyIndex } from "../../../lib/policy/mod.ts";
import { type Config, parseConfig, readPolicies } from "../../../lib/resources/mod.ts";
import { makePolicyBelief } from "../../../lib/server/mod.ts";
import { readSnapshot, type Snapshot } from "../../../lib/xds/mod.ts";

export interface Belief {
  readonly index: PolicyIndex;
  readonly settings: PolicySettings;
}

/**
 * What is believed of policy objects.
 *
 * @param objects YAML documents.
 * @param config The section `policy` of a configuration as JSON.
 * @param page The page of the operator; `null` for the one that is built in.
 */
export function believe(objects: string, config: unknown = {}, page: string | null = null): Belief {
  const parsed = parseConfig(JSON.stringify({ policy: config }), "config.yaml");
  if (!parsed.ok) throw new Error(parsed.complaints.map(({ message }) => message).join("; "));
  const { policy }: Pick<Config, "policy"> = parsed.config;
  const set = readPolicies(new Map([["objects.yaml", { text: objects }]]), new Map());
  const problems = set.findings.map(({ message }) => message);
  if (problems.length > 0) throw new Error(problems.join("; "));
  const index = makePolicyIndex(set, {
    compat: policy.compat,
    baseDirectives: policy.waf.baseDirectives,
    generationOf: (_kind, { generation }) => generation ?? 1,
  });
  const reply = policy.localReply.enabled ? makeLocalReply(page, policy.localReply).reply : null;
  return makePolicyBelief({ policy }, index, reply);
}

/** A context of a whole snapshot. */
export function contextOf(request: Uint8Array, belief: Belief, whole = true): PolicyContext {
  return { snapshot: readSnapshot(request), ...belief, whole };
}

/** @param faults What goes wrong, by mutation. */
export function runAll(
  context: PolicyContext,
  faults: Partial<Record<PolicyMutation, RunOptions["fault"]>> = {},
): MutationResult[] {
  let failedClusters: ReadonlySet<number> = new Set();
  return POLICY_MUTATIONS.map((name) => {
    const result = runMutation(name, { ...context, failedClusters }, { fault: faults[name] });
    if (name === "connectorClusters") {
      failedClusters = new Set(
        result.failures.flatMap(({ target }) => target.kind === "cluster" ? [target.cluster] : []),
      );
    }
    return result;
  });
}

/** The answer read as a request again, which it is but for the numbers of its lists. */
export function asSnapshot(answer: Uint8Array): Snapshot {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < answer.length;) {
    const tag = answer[at];
    let length = 0;
    let from = at + 1;
    for (let shift = 0;; shift += 7) {
      const byte = answer[from++];
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    parts.push(Uint8Array.of(tag + 8), answer.subarray(at + 1, from + length));
    at = from + length;
  }
  return readSnapshot(new Uint8Array(Buffer.concat(parts)));
}

export const stepsOf = (results: readonly MutationResult[]): PolicyStep[] =>
  results.flatMap(({ steps }) => steps);
