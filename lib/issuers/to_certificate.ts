import type { Json, JsonObject } from "../model/mod.ts";
import type { Intent } from "./intent.ts";

/**
 * An intent as a Certificate of `cert-manager.io/v1`, equal to the one that cert-manager 1.21.2 makes for the same objects.
 *
 * - The reference to the owner is there only if its file has a `metadata.uid`: on a host without Kubernetes there is none,
 *   an API server takes no reference without one, and would delete a Certificate that has a wrong one.
 * - What nothing asks for is left out; cert-manager has its own defaults.
 */
export function toCertificate(intent: Intent): JsonObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: compact({
      name: intent.name,
      namespace: intent.namespace,
      labels: unlessEmpty(intent.labels),
      annotations: unlessEmpty(intent.annotations),
      ownerReferences: ownerReferences(intent),
    }),
    spec: compact({
      subject: intent.subject ? compact({ ...intent.subject }) : undefined,
      commonName: intent.commonName || undefined,
      duration: intent.duration?.text,
      renewBefore: intent.renewBefore?.text,
      renewBeforePercentage: intent.renewBeforePercentage ?? undefined,
      dnsNames: unlessEmpty(intent.dnsNames),
      ipAddresses: unlessEmpty(intent.ipAddresses),
      emailAddresses: unlessEmpty(intent.emailAddresses),
      secretName: intent.name,
      secretTemplate: intent.secretTemplate ? compact({ ...intent.secretTemplate }) : undefined,
      issuerRef: compact({
        name: intent.issuerRef.name,
        kind: intent.issuerRef.kind || undefined,
        group: intent.issuerRef.group || undefined,
      }),
      usages: unlessEmpty(intent.usages),
      // A size of 0 is none to Go.
      privateKey: intent.privateKey
        ? compact({ ...intent.privateKey, size: intent.privateKey.size || undefined })
        : undefined,
      revisionHistoryLimit: intent.revisionHistoryLimit ?? undefined,
    }),
  };
}

function ownerReferences({ owner: { apiVersion, kind, name, uid } }: Intent): Json | undefined {
  if (uid === "") return undefined;
  return [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }];
}

function unlessEmpty<T extends Json>(value: T): T | undefined {
  return Object.keys(value as JsonObject).length === 0 ? undefined : value;
}

function compact(members: { readonly [key: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as JsonObject;
}
