import type { ObjectKey, ObjectName, PublishedObject } from "../model/mod.ts";
import { isOwn, type Part } from "./_drafts.ts";
import { GATEWAY_GROUP, keyOf, shortened } from "./_names.ts";
import { isPublished } from "./_publish_gateway.ts";

/**
 * The permissions that the listeners of sets need in their Gateway's name: the set was allowed to use its Secrets, the
 * Gateway that its listeners are published in was not.
 */
export function publishGrants(parts: readonly Part[]): PublishedObject[] {
  const grants = new Map<string, PublishedObject>();
  for (const part of parts) {
    for (const listener of part.listeners) {
      if (isOwn(listener) || !isPublished(listener)) continue;
      for (const secret of listener.judged!.secrets) {
        if (secret.serving === null || secret.namespace === part.namespace) continue;
        const grant = grantFor(part.namespace, secret);
        grants.set(keyOf(grant), grant);
      }
    }
  }
  return [...grants.values()];
}

function grantFor(gateways: string, { namespace, name: secret }: ObjectName): PublishedObject {
  const plain = `certgate.${gateways}.${secret}`;
  const key: ObjectKey = `${gateways}/${secret}`;
  const name = plain.length <= 253 ? plain : shortened(plain, key, ".");
  const apiVersion = `${GATEWAY_GROUP}/v1beta1`;
  const value = {
    apiVersion,
    kind: "ReferenceGrant",
    metadata: { namespace, name },
    spec: {
      from: [{ group: GATEWAY_GROUP, kind: "Gateway", namespace: gateways }],
      to: [{ group: "", kind: "Secret", name: secret }],
    },
  };
  return { apiVersion, kind: "ReferenceGrant", namespace, name, value };
}
