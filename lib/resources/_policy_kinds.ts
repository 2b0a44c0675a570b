import type { $ZodType } from "zod/v4/core";
import type {
  Connector,
  HttpProxy,
  Json,
  JsonObject,
  Place,
  PolicyObjectMeta,
  TrafficProtectionPolicy,
} from "../model/mod.ts";
import { DATUM } from "./_kinds.ts";
import { connectorObject, labelledObject, policyObject, proxyObject } from "./_policy_objects.ts";

/** The kinds of policy objects, with what each is read to. */
export interface PolicyKinds {
  TrafficProtectionPolicy: TrafficProtectionPolicy;
  HTTPProxy: HttpProxy;
  Connector: Connector;
  Namespace: PolicyObjectMeta;
  EndpointSlice: PolicyObjectMeta;
}

/** Name of a kind of policy objects. */
export type PolicyKind = keyof PolicyKinds;

interface KindRow {
  readonly group: string;
  /** The first is the one that is recommended; all have the same content. */
  readonly versions: readonly string[];
  readonly namespaced: boolean;
  /** What its own members have to be, and what they are read to. */
  readonly schema: $ZodType;
}

/** What is known of each kind. */
export const POLICY_KINDS: Readonly<Record<PolicyKind, KindRow>> = {
  TrafficProtectionPolicy: datum("v1alpha", "v1alpha1", policyObject),
  HTTPProxy: datum("v1alpha", "v1alpha1", proxyObject),
  Connector: datum("v1alpha1", "v1alpha", connectorObject),
  Namespace: { group: "", versions: ["v1"], namespaced: false, schema: labelledObject },
  EndpointSlice: { group: "discovery.k8s.io", versions: ["v1"], namespaced: true, schema: labelledObject },
};

function datum(version: string, other: string, schema: $ZodType): KindRow {
  return { group: DATUM, versions: [version, other], namespaced: true, schema };
}

/** The kind of that name in a group; `null` if it is none of policy objects. */
export function policyKindOf(group: string, kind: string): PolicyKind | null {
  if (!Object.hasOwn(POLICY_KINDS, kind)) return null;
  return POLICY_KINDS[kind as PolicyKind].group === group ? kind as PolicyKind : null;
}

/** `apiVersion` of a kind in the version that is recommended. */
export function policyApiVersion(kind: PolicyKind): string {
  const { group, versions: [version] } = POLICY_KINDS[kind];
  return group === "" ? version : `${group}/${version}`;
}

/** Annotation with the status that a Connector has in the cluster from which it is mirrored. */
const MIRRORED_STATUS = "networking.datumapis.com/upstream-status";

/** What every policy object has, of one whose metadata has been checked. */
export function metaOf(
  value: JsonObject,
  name: { readonly namespace: string; readonly name: string },
  { place, position }: { readonly place: Place; readonly position: number },
): PolicyObjectMeta {
  const metadata = mapAt(value, "metadata");
  const { generation, creationTimestamp: created } = metadata;
  return {
    ...name,
    labels: textsOf(mapAt(metadata, "labels")),
    generation: typeof generation === "number" ? generation : null,
    createdAt: typeof created === "string" ? Date.parse(created) : null,
    place,
    position,
    spec: mapAt(value, "spec"),
  };
}

/** What a Connector has besides. */
export function connectorMembers(value: JsonObject): Pick<Connector, "mirroredStatus" | "status"> {
  const { [MIRRORED_STATUS]: mirrored } = mapAt(mapAt(value, "metadata"), "annotations");
  return { mirroredStatus: typeof mirrored === "string" ? mirrored : null, status: mapAt(value, "status") };
}

/** A member that is a map, or an empty one. */
function mapAt(value: JsonObject, key: string): JsonObject {
  const member = Object.hasOwn(value, key) ? value[key] : null;
  return typeof member === "object" && member !== null && !Array.isArray(member) ? member as JsonObject : {};
}

function textsOf(map: JsonObject): Record<string, string> {
  const isText = (entry: [string, Json]): entry is [string, string] => typeof entry[1] === "string";
  return Object.fromEntries(Object.entries(map).filter(isText));
}
