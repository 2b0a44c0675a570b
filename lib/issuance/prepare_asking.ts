import type { Intent } from "../issuers/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { makeKey, makeRequest, readFacts, type WantedKey } from "../pki/mod.ts";
import type { Asking, DueReason } from "./pair_record.ts";
import type { StoredPair } from "./store.ts";

/** Makes keys and requests; tests have quicker ones. */
export interface KeyMaker {
  readonly makeKey: typeof makeKey;
  readonly makeRequest: typeof makeRequest;
}

/** Keys and requests as cert-manager makes them. */
export const USUAL_KEYS: KeyMaker = { makeKey, makeRequest };

/**
 * Makes the key and the request for an intent. With the rotation policy `Never` it is the key of the pair that is there,
 * unless that has another algorithm or size than what is asked for now; else a new one each time.
 *
 * @returns What is to be asked, or why it cannot be, in plain words.
 */
export async function prepareAsking(
  intent: Intent,
  { why, stored, keys, begun }: {
    readonly why: DueReason;
    readonly stored: StoredPair | null;
    readonly keys: KeyMaker;
    readonly begun: number;
  },
): Promise<Asking | string> {
  try {
    const { commonName, dnsNames, ipAddresses, emailAddresses, subject, usages } = intent;
    const wanted = (intent.privateKey ?? {}) as WantedKey & { readonly rotationPolicy?: string };
    const key = wanted.rotationPolicy === "Never" && stored !== null && isLike(stored, wanted)
      ? stored.key
      : await keys.makeKey(wanted);
    const request = await keys.makeRequest({
      commonName,
      dnsNames,
      ipAddresses,
      emailAddresses,
      subject,
      usages: usages.length === 0 ? ["digital signature", "key encipherment"] : usages,
      key: new KeyMaterial(key.open()),
    });
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return {
      begun,
      underway: true,
      why,
      key: text(key.open()),
      request: text(request),
      progress: null,
      answer: null,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether the key of a pair is one that would be made for this wish. */
function isLike({ chain, key }: StoredPair, { algorithm = "RSA", size }: WantedKey): boolean {
  const facts = readFacts({ certificate: chain, key });
  const [leaf] = facts.certificates;
  if (facts.problem !== null || leaf === undefined) return false;
  if (algorithm === "Ed25519") return leaf.keyKind === "Ed25519";
  const bits = size || (algorithm === "RSA" ? 2048 : 256);
  return leaf.keyKind === (algorithm === "RSA" ? "RSA" : "EC") && leaf.keyBits === bits;
}
