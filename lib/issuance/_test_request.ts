import type { KeyMaterial, Log } from "../model/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import { makeKey, makeRequest } from "../pki/mod.ts";
import type { IssueRequest } from "./issuer.ts";

/** Now, for tests of issuers. */
export const NOW = Date.UTC(2026, 10, 21, 12);
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** An intent for one name, or as it is said. */
export function intentOf(members: Partial<Intent> = {}): Intent {
  return {
    namespace: "public",
    name: "www-tls",
    owner: {
      kind: "Gateway",
      apiVersion: "gateway.networking.k8s.io/v1",
      namespace: "public",
      name: "edge",
      uid: "",
    },
    issuerRef: { name: "local", kind: "ClusterIssuer", group: "cert-manager.io" },
    commonName: "",
    dnsNames: ["www.example.com"],
    ipAddresses: [],
    emailAddresses: [],
    subject: null,
    duration: null,
    renewBefore: null,
    renewBeforePercentage: null,
    usages: ["digital signature", "key encipherment"],
    revisionHistoryLimit: null,
    privateKey: null,
    secretTemplate: null,
    listeners: ["www"],
    labels: {},
    annotations: {},
    explain: [],
    ...members,
  };
}

/** What an issuer is asked for an intent, with a key that was made now. */
export async function requestOf(members: Partial<Intent> = {}, key?: KeyMaterial): Promise<IssueRequest> {
  const intent = intentOf(members);
  const own = key ?? await makeKey({ algorithm: "ECDSA" });
  const request = await makeRequest({ ...intent, key: own });
  return { intent, key: own, request, previous: null, notAfterWanted: null };
}

/** A log that keeps its sentences. */
export function keptLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const keep = (sentence: string) => void lines.push(sentence);
  return { lines, debug: keep, info: keep, warn: keep, error: keep };
}
