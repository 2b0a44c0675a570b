import { createHash } from "node:crypto";
import type { GatePlan, JsonObject, PublishedObject } from "../model/mod.ts";

/**
 * Puts the digest of the policy in use into the CertState objects of a plan, and into every revision: Envoy Gateway
 * translates again exactly when it changes, and the revision of an answer tells which one it was made with.
 *
 * @param plan What `planGate` has made.
 * @param policy Digest of everything of the policy that can change a snapshot; empty where there is none, and then the
 * plan stays as it is.
 */
export function stampPlan(plan: GatePlan, policy: string): GatePlan {
  if (policy === "") return plan;
  const revised = (revision: string) =>
    revision === "" ? "" : createHash("sha256").update(`${revision} ${policy}`).digest("hex").slice(0, 32);
  const stamp = (object: PublishedObject): PublishedObject => {
    if (object.kind !== "CertState") return object;
    const spec = object.value.spec as JsonObject;
    const revision = revised(String(spec.revision));
    return { ...object, value: { ...object.value, spec: { ...spec, revision, policy } } };
  };
  return {
    ...plan,
    objects: plan.objects.map(stamp),
    gateways: plan.gateways.map((gateway) => ({ ...gateway, revision: revised(gateway.revision) })),
  };
}
