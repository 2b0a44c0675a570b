import type { BareCondition, ObjectName, Place, PolicySet, ResourceFinding } from "../model/mod.ts";
import { type IndexedPolicy, makePolicyIndex } from "../policy/mod.ts";
import { readPolicies } from "../resources/mod.ts";
import { readPolicyFiles } from "./read_policy_files.ts";

/** A policy object, as the report shows it. */
export interface CheckedObject extends ObjectName {
  readonly kind: string;
  readonly place: Place;
  /** `refuse`: it is not used as it is written. */
  readonly verdict: "use" | "refuse";
  /** What it does or what is wrong with it; empty if there is nothing to say. */
  readonly message: string;
  /** Of a TrafficProtectionPolicy: mode, number of directives, whether it governs anything. */
  readonly policy:
    | { readonly mode: string; readonly directives: number; readonly accepted: BareCondition }
    | null;
}

/** What `certgate check --policy` found. */
export interface CheckedPolicy {
  readonly files: number;
  /** In the order of the files. */
  readonly objects: readonly CheckedObject[];
  readonly findings: readonly ResourceFinding[];
}

/**
 * Reads policy objects as the agent would at its first start: there are no last good versions.
 *
 * @param paths Directories or files.
 * @param baseDirectives What stands in front of the directives of every policy.
 */
export async function checkPolicy(
  paths: readonly string[],
  baseDirectives: readonly string[],
): Promise<CheckedPolicy> {
  const set = readPolicies(await readPolicyFiles(paths), new Map());
  const index = makePolicyIndex(set, {
    compat: "none",
    baseDirectives,
    generationOf: (_kind, { generation }) => generation ?? 1,
  });
  const refused = set.refused.map(({ kind, namespace, name, place, message }): CheckedObject => ({
    kind,
    namespace,
    name,
    place,
    verdict: "refuse",
    message,
    policy: null,
  }));
  const objects = [...usedObjects(set, index.policies), ...refused].sort((a, b) => byPlace(a.place, b.place));
  return { files: set.files, objects, findings: set.findings };
}

/** Whether everything is used as it is written. */
export function isPolicyFine({ objects, findings }: CheckedPolicy): boolean {
  return findings.length === 0 && objects.every(({ verdict }) => verdict === "use");
}

function usedObjects(set: PolicySet, indexed: readonly IndexedPolicy[]): CheckedObject[] {
  const known = new Map(indexed.map((policy) => [`${policy.entry.namespace}/${policy.entry.name}`, policy]));
  const policies = set.policies.map((object) => {
    const found = known.get(`${object.namespace}/${object.name}`);
    const policy = found === undefined
      ? null
      : { mode: object.mode, directives: found.entry.directives.length, accepted: found.accepted };
    return used("TrafficProtectionPolicy", object, found?.accepted.message ?? "", policy);
  });
  const others = ([
    ["HTTPProxy", set.proxies],
    ["Connector", set.connectors],
    ["Namespace", set.namespaces],
    ["EndpointSlice", set.slices],
  ] as const).flatMap(([kind, objects]) => objects.map((object) => used(kind, object)));
  return [...policies, ...others];
}

function used(
  kind: string,
  { namespace, name, place }: ObjectName & { readonly place: Place },
  message = "",
  policy: CheckedObject["policy"] = null,
): CheckedObject {
  return { kind, namespace, name, place, verdict: "use", message, policy };
}

function byPlace(a: Place, b: Place): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
