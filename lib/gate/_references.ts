import type { JsonObject, ObjectKey, ObjectName } from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { asObjects } from "./_json.ts";
import type { ListenerDraft } from "./_drafts.ts";
import type { ResourceIndex } from "./_index.ts";
import { keyOf } from "./_names.ts";

/** A certificateRef as it is meant: defaults filled in. */
export interface CertificateReference extends ObjectName {
  readonly value: JsonObject;
  readonly key: ObjectKey;
  /** Why the listener may not use it; empty if it may. */
  readonly refusal: string;
}

/** Whether the listener ends TLS here and names a certificate for that. */
export function isManaged({ protocol, value }: Pick<ListenerDraft, "protocol" | "value">): boolean {
  if (protocol !== "HTTPS" && protocol !== "TLS") return false;
  const tls = asObject(value.tls);
  return (asText(tls.mode) || "Terminate") === "Terminate" && asObjects(tls.certificateRefs).length > 0;
}

/** The certificates that a listener names, in its order. */
export function referencesOf(
  { owner, value }: Pick<ListenerDraft, "owner" | "value">,
  isGranted: ResourceIndex["isGranted"],
): CertificateReference[] {
  return asObjects(asObject(value.tls).certificateRefs).map((reference) => {
    const namespace = asText(reference.namespace) || owner.namespace;
    const secret = { namespace, name: asText(reference.name) };
    const key = keyOf(secret);
    const kind = `${asText(reference.group)}/${asText(reference.kind) || "Secret"}`;
    const isSecret = kind === "/Secret" || kind === "core/Secret";
    const isOurs = namespace === owner.namespace || isGranted(owner, secret);
    const refusal = !isSecret
      ? `"${kind.replace(/^\//, "")}" is not a Secret`
      : isOurs
      ? ""
      : `no ReferenceGrant lets ${owner.kind} "${keyOf(owner)}" use Secret "${key}"`;
    return { ...secret, value: reference, key, refusal };
  });
}
