import type { PolicyEntry, PolicyStep } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";

/** A policy that nobody wrote. */
const NAMELESS: PolicyEntry = { namespace: "", name: "", generation: 0, mode: "Enforce", directives: [] };
/** Envoy takes bodies of up to 4096 bytes. */
const TOO_LONG = "garbage ".repeat(600);

/**
 * Fault injection: the step as a mutation gone wrong would make it. Envoy would refuse each of these, or serve something
 * else than what was asked for; the linter has to find every one.
 */
export function spoil(step: PolicyStep, snapshot: Snapshot): PolicyStep {
  switch (step.kind) {
    case "insert_waf_filter":
      return { ...step, waf: { ...step.waf, libraryPath: "" } };
    case "set_local_reply":
      return { ...step, reply: { ...step.reply, body: `${step.reply.body} 100% broken` } };
    case "stamp_route":
      return { ...step, policy: { ...step.policy ?? NAMELESS, name: "" } };
    case "replace_cluster":
      return { ...step, tunnelListener: "" };
    case "bind_cluster":
      return { ...step, device: `${step.device}-longer-than-any` };
    case "add_connect_route": {
      const host = snapshot.routeConfigs[step.routeConfig].virtualHosts[step.virtualHost];
      return { ...step, domain: host.domains[0] ?? "" };
    }
    case "add_offline_route":
      return { ...step, name: "" };
    case "refuse_route":
      return { ...step, body: TOO_LONG };
    default:
      return step;
  }
}
