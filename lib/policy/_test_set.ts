import type { ResourceRef } from "../model/mod.ts";
import { type PolicyFiles, readPolicies } from "../resources/mod.ts";
import { makePolicyIndex } from "./make_policy_index.ts";
import type { PolicyIndex, PolicyIndexOptions } from "./policy_index.ts";

/** A set of policy objects from texts by path. */
export function readSet(files: string | Record<string, string>): PolicyFiles {
  const texts = typeof files === "string" ? { "a.yaml": files } : files;
  return readPolicies(new Map(Object.entries(texts).map(([path, text]) => [path, { text }])), new Map());
}

/** Options in which every generation is 1 where none is written. */
export function optionsWith(more: Partial<PolicyIndexOptions> = {}): PolicyIndexOptions {
  return {
    compat: "none",
    baseDirectives: ["Include @base"],
    generationOf: (_kind, object) => object.generation ?? 1,
    ...more,
  };
}

/** The index of texts by path. */
export function indexOf(
  files: string | Record<string, string>,
  more: Partial<PolicyIndexOptions> = {},
): PolicyIndex {
  return makePolicyIndex(readSet(files), optionsWith(more));
}

/** A policy: metadata as written in braces, targets as `Gateway/name` or `HTTPRoute/name/section`, and lines of its spec. */
export function policy(metadata: string, targets: readonly string[], ...spec: string[]): string {
  const refs = targets.map((target) => {
    const [kind, name, section] = target.split("/");
    const more = section === undefined ? "" : `, sectionName: ${section}`;
    return `  - {group: gateway.networking.k8s.io, kind: ${kind}, name: ${name}${more}}\n`;
  });
  return "---\napiVersion: networking.datumapis.com/v1alpha\nkind: TrafficProtectionPolicy\n" +
    `metadata: {${metadata}}\nspec:\n  targetRefs:\n${refs.join("")}${
      spec.map((line) => `  ${line}\n`).join("")
    }`;
}

/** A Namespace with labels, each `key: value`. */
export function namespace(name: string, ...labels: string[]): string {
  return `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}, labels: {${labels.join(", ")}}}\n`;
}

/** The label that says what a namespace or an object comes from. */
export const upstream = (name: string) => `meta.datumapis.com/upstream-namespace: ${name}`;
/** The label with the project. */
export const cluster = (name: string) => `meta.datumapis.com/upstream-cluster-name: ${name}`;

/** An HTTPProxy whose rules have one backend each, or none. */
export function proxy(metadata: string, ...backends: (string | null)[]): string {
  const rules = backends.map((one) => one === null ? "  - {}\n" : `  - backends: [{${one}}]\n`);
  return "---\napiVersion: networking.datumapis.com/v1alpha\nkind: HTTPProxy\n" +
    `metadata: {${metadata}}\nspec:\n  rules:\n${rules.join("")}`;
}

/** A Connector; `status` as JSON. */
export function connector(metadata: string, status = "{}"): string {
  return "---\napiVersion: networking.datumapis.com/v1alpha1\nkind: Connector\n" +
    `metadata: {${metadata}}\nstatus: ${status}\n`;
}

/** The status of a Connector that is up. */
export function upStatus(nodeId = "node"): string {
  return JSON.stringify({
    conditions: [{ type: "Ready", status: "True" }],
    connectionDetails: { type: "PublicKey", publicKey: { id: nodeId } },
  });
}

/** What a virtual host of a Gateway says: `namespace/name`, with the listener behind it if wanted. */
export function gatewayRef(path: string, kind = ""): ResourceRef {
  const [namespace, name, sectionName = ""] = path.split("/");
  return { kind, namespace, name, sectionName };
}

/** What a route says: `namespace/name`, with the rule behind it if wanted. */
export function routeRef(path: string, kind = "HTTPRoute"): ResourceRef {
  return gatewayRef(path, kind);
}
