import { createHash } from "node:crypto";
import type { ObjectKey, PairState, PublishedObject } from "../model/mod.ts";
import type { Part } from "./_drafts.ts";
import { GATEWAY_GROUP, keyOf } from "./_names.ts";
import { isPublished } from "./_publish_gateway.ts";

/** Group and version of the kind that carries revisions to the hook. */
const API_VERSION = "certgate.dev/v1alpha1";

/**
 * Digest of what Envoy Gateway is given for a published Gateway: the object, the content of the Secrets that it uses, the
 * hostnames that are withheld from it, and the proofs of control that it answers. The same input gives the same text, after a restart as well.
 */
export function revisionOf(
  gateway: PublishedObject,
  part: Part,
  { pairs, challenges = [], bundles = [] }: {
    readonly pairs: ReadonlyMap<ObjectKey, PairState>;
    readonly challenges?: readonly string[];
    /** What is to be translated for of the CA bundles. */
    readonly bundles?: readonly string[];
  },
): string {
  const used = new Set<ObjectKey>();
  const withheld: string[] = [];
  for (const listener of part.listeners) {
    if (!isPublished(listener)) withheld.push(`${listener.port}/${listener.hostname}`);
    else listener.judged!.secrets.forEach((secret) => used.add(keyOf(secret)));
  }
  const secrets = [...used].sort().map((key) => [key, publishedHash(pairs.get(key))]);
  const marks = bundles.length === 0 ? [] : [{ bundles }];
  const text = JSON.stringify([gateway.value, secrets, withheld.sort(), ...challenges, ...marks]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** A renewal that Envoy is given straight is none that Envoy Gateway has to know of. */
function publishedHash(pair: PairState | undefined): string | null {
  if (pair === undefined || pair.served === null) return null;
  return pair.placeholder?.hash ?? pair.served.hash;
}

/** The object by which Envoy Gateway tells the hook which revision it is about to program. */
export function publishCertState(
  { namespace, name }: Part,
  revision: string,
  nudge: number,
): PublishedObject {
  const value = {
    apiVersion: API_VERSION,
    kind: "CertState",
    metadata: { namespace, name },
    spec: { targetRef: { group: GATEWAY_GROUP, kind: "Gateway", name }, revision, nudge },
  };
  return { apiVersion: API_VERSION, kind: "CertState", namespace, name, value };
}
