import type { Condition, PolicyStatus, TrafficPolicyStatus } from "../../lib/model/mod.ts";
import { SAMPLE_TIME } from "./gate_status.ts";

/** A status with the policies `default/NAME` and nothing else; `changes` replaces whole members. */
export function samplePolicyStatus(
  policies: readonly TrafficPolicyStatus[],
  changes: Partial<PolicyStatus> = {},
): PolicyStatus {
  return {
    time: SAMPLE_TIME,
    directories: ["/etc/certgate/policy"],
    files: 1,
    objects: {
      TrafficProtectionPolicy: policies.length,
      HTTPProxy: 0,
      Connector: 0,
      Namespace: 0,
      EndpointSlice: 0,
    },
    refused: 0,
    findings: [],
    digest: "0123456789abcdef",
    nudges: true,
    waf: policies.length > 0,
    localReply: { page: "off", problem: "" },
    compat: "none",
    policies,
    connectors: [],
    ...changes,
  };
}

/** A policy of Gateway `eg` that is programmed; `changes` replaces whole members. */
export function samplePolicy(name: string, changes: Partial<TrafficPolicyStatus> = {}): TrafficPolicyStatus {
  return {
    namespace: "default",
    name,
    place: `/etc/certgate/policy/${name}.yaml:1:1`,
    generation: 2,
    inUse: 2,
    applied: 2,
    mode: "Enforce",
    directives: 7,
    targets: [{ kind: "Gateway", name: "eg", sectionName: "" }],
    delivery: "served",
    conditions: [sampleCondition("Accepted"), sampleCondition("Programmed")],
    ...changes,
  };
}

/** A condition that holds; `changes` replaces members. */
export function sampleCondition(type: string, changes: Partial<Condition> = {}): Condition {
  return {
    type,
    status: "True",
    reason: type,
    message: "",
    observedGeneration: 2,
    lastTransitionTime: SAMPLE_TIME,
    ...changes,
  };
}
