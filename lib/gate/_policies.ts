import type { JsonObject, PublishedObject, ResourceFinding, ResourceObject } from "../model/mod.ts";
import { asObject, asText, isObject } from "../resources/mod.ts";
import { asObjects, compact } from "./_json.ts";
import { type Drafts, isOwn, type ListenerDraft, setKey } from "./_drafts.ts";
import { furtherName, GATEWAY_GROUP, keyOf, ownerKind } from "./_names.ts";

/** What a policy is led by. */
export interface PolicyGuide {
  readonly drafts: Drafts;
  /** The copies that certgate made of routes, by kind, namespace and name. */
  readonly copies: ReadonlyMap<string, readonly string[]>;
  /** Sets that are not looked at, by kind, namespace and name. */
  readonly ignored: ReadonlySet<string>;
  /** Whether another object of the policy's kind and namespace has the name. */
  readonly isTaken: (name: string) => boolean;
}

/** Whether the object attaches to others by name. */
export function isPolicy({ value }: ResourceObject): boolean {
  const spec = asObject(value.spec);
  return isObject(spec.targetRef) || Array.isArray(spec.targetRefs);
}

/**
 * Leads a policy to where its targets are published.
 *
 * - A target that is a ListenerSet becomes its listeners in the Gateway, by section name.
 * - A target that is a Gateway which was split becomes all its parts; a listener in it, the part that has it.
 * - `targetRef` stays `targetRef`, the others get copies of the policy: Envoy Gateway merges what it reads into what it had, so
 *   that a `targetRef` once read would go on hiding `targetRefs`.
 * - A policy with no target left stays out, with a finding.
 */
export function publishPolicy(
  policy: ResourceObject,
  guide: PolicyGuide,
): { objects: PublishedObject[]; findings: ResourceFinding[] } {
  const spec = asObject(policy.value.spec);
  const isSingle = isObject(spec.targetRef);
  const targets = isSingle ? [asObject(spec.targetRef)] : asObjects(spec.targetRefs);
  const findings: ResourceFinding[] = [];
  const leads = targets.flatMap((target, index) => {
    const path = isSingle ? ["spec", "targetRef"] : ["spec", "targetRefs", index];
    const led = leadTarget(policy, target, guide);
    if (typeof led !== "string") return led;
    findings.push({ place: policy.placeOf(path), message: led, hint: HINT });
    return [];
  });
  const { group, version, kind, namespace } = policy;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const publish = (name: string, value: JsonObject) => ({ apiVersion, kind, namespace, name, value });
  const isSame = leads.length === targets.length && leads.every((lead, index) => lead === targets[index]);
  if (isSame) return { objects: [publish(policy.name, policy.value)], findings };
  if (leads.length === 0) return { objects: [], findings };
  if (!isSingle) {
    return {
      objects: [publish(policy.name, { ...policy.value, spec: { ...spec, targetRefs: leads } })],
      findings,
    };
  }
  const objects = leads.map((targetRef, index) => {
    if (targetRef === targets[0]) return publish(policy.name, policy.value);
    const name = index === 0 ? policy.name : furtherName(policy.name, index + 1, guide.isTaken);
    const metadata = { ...asObject(policy.value.metadata), name };
    return publish(name, { ...policy.value, metadata, spec: { ...spec, targetRef } });
  });
  return { objects, findings };
}

const HINT =
  "Let the policy target the Gateway, or a listener of it by sectionName, in the Gateway's namespace";

/** The targets that stand for one; words if there can be none. */
function leadTarget(
  policy: ResourceObject,
  target: JsonObject,
  { drafts: { gateways, sets }, copies, ignored }: PolicyGuide,
): JsonObject[] | string {
  const name = { namespace: policy.namespace, name: asText(target.name) };
  const kind = ownerKind(asText(target.group), asText(target.kind));
  const sectionName = asText(target.sectionName);
  if (kind === "Gateway") {
    const gateway = gateways.get(keyOf(name));
    if (gateway === undefined || gateway.parts.length < 2) return [target];
    const listener = gateway.listeners.find((one) => isOwn(one) && one.name === sectionName);
    const parts = listener?.part ? [listener.part] : gateway.parts;
    return parts.map((part) => part.name === target.name ? target : { ...target, name: part.name });
  }
  if (kind === null) {
    const further = asText(target.group) === GATEWAY_GROUP
      ? copies.get(`${target.kind}/${keyOf(name)}`)
      : undefined;
    return [target, ...(further ?? []).map((name) => ({ ...target, name }))];
  }
  const set = sets.get(setKey(kind, name));
  const what = `${policy.kind} "${keyOf(policy)}" for ${kind} "${keyOf(name)}"`;
  if (ignored.has(setKey(kind, name))) return `Cannot apply ${what}: ListenerSets are not looked at`;
  if (set === undefined) return `Cannot apply ${what}: there is no such ${kind}`;
  if (set.gateway === null) return `Cannot apply ${what}: no Gateway takes the ${kind}`;
  if (policy.kind === "EnvoyPatchPolicy") {
    return `Cannot apply ${what}: such a policy takes whole Gateways only`;
  }
  if (set.gateway.object.namespace !== policy.namespace) {
    return `Cannot apply ${what}: its Gateway is in another namespace, where a policy of this one has no effect`;
  }
  const meant = set.listeners.filter((one) =>
    one.part !== null && (sectionName === "" || one.name === sectionName)
  );
  return meant.map((one) => targetOf(one));
}

function targetOf({ part, publishedName }: ListenerDraft): JsonObject {
  return compact({ group: GATEWAY_GROUP, kind: "Gateway", name: part!.name, sectionName: publishedName });
}
