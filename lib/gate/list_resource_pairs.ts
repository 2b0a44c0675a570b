import { Buffer } from "node:buffer";
import {
  type Json,
  KeyMaterial,
  type ObjectKey,
  type ObjectName,
  type PairBytes,
  type Place,
  type ResourceObject,
} from "../model/mod.ts";
import { asObject, asText } from "../resources/mod.ts";
import { draftListeners } from "./_drafts.ts";
import { keyOf, ownerKind } from "./_names.ts";
import { isManaged, referencesOf } from "./_references.ts";

/** A pair that the operator wrote as a Secret. */
export interface ResourcePair extends ObjectName {
  /** The members. */
  readonly pair: PairBytes;
  /** Where the Secret is written. */
  readonly place: Place;
}

/**
 * The Secrets among the operator's objects that a listener ends TLS with. They are judged like every other pair.
 *
 * A Secret of another type is no pair, whatever its members are called (Kubernetes checks the type `kubernetes.io/tls`).
 *
 * @param objects What the operator wrote.
 * @returns One entry a Secret, in the order of the objects; of several of one name the last, as in `planGate`.
 */
export function listResourcePairs(objects: readonly ResourceObject[]): readonly ResourcePair[] {
  const wanted = new Set<ObjectKey>();
  for (const object of objects) {
    if (ownerKind(object.group, object.kind) === null) continue;
    for (const listener of draftListeners(object)) {
      if (!isManaged(listener)) continue;
      for (const { key } of referencesOf(listener, () => true)) wanted.add(key);
    }
  }
  const pairs = new Map<ObjectKey, ResourcePair>();
  for (const object of objects) {
    const key = keyOf(object);
    if (!isPairSecret(object) || !wanted.has(key)) continue;
    const { namespace, name, place } = object;
    pairs.set(key, { namespace, name, place, pair: readPair(object) });
  }
  return [...pairs.values()];
}

/** Whether the object is a Secret of the type for pairs. */
export function isPairSecret({ group, kind, value }: ResourceObject): boolean {
  return group === "" && kind === "Secret" && value.type === "kubernetes.io/tls";
}

function readPair({ value }: ResourceObject): PairBytes {
  const data = asObject(value.data), texts = asObject(value.stringData);
  // Of a member that is in both, Kubernetes takes the text.
  const member = (name: string) => textBytes(texts[name]) ?? base64Bytes(data[name]);
  const key = member("tls.key");
  return {
    certificate: member("tls.crt"),
    key: key && new KeyMaterial(key),
    staple: member("tls.ocsp-staple"),
  };
}

function textBytes(value: Json | undefined): Uint8Array | null {
  return typeof value === "string" ? new TextEncoder().encode(value) : null;
}

function base64Bytes(value: Json | undefined): Uint8Array | null {
  return typeof value === "string" ? new Uint8Array(Buffer.from(asText(value), "base64")) : null;
}
