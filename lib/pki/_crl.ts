import {
  contextConstructed,
  contextPrimitive,
  Der,
  GENERALIZED_TIME,
  INTEGER,
  isBitString,
  isInteger,
  SEQUENCE,
  takeOid,
  takeSmallInteger,
  UTC_TIME,
} from "./_der.ts";
import { takeAny } from "./_any.ts";
import { takeAlgorithm, takeBitString, takeTime } from "./_certificate.ts";
import { type Extension, takeExtensions } from "./_extensions.ts";
import { isGeneralName } from "./_general_names.ts";
import { takeName } from "./_name.ts";

const ISSUING_DISTRIBUTION_POINT = "2.5.29.28", AUTHORITY_KEY_IDENTIFIER = "2.5.29.35", REASON = "2.5.29.21";

/** Whether the bytes begin with a revocation list that BoringSSL's `d2i_X509_CRL` takes; anything may follow. */
export function isRevocationList(bytes: Uint8Array): boolean {
  const der = new Der(bytes);
  if (!der.take(SEQUENCE)) return false;
  const outer = der.inside();
  if (!outer.take(SEQUENCE)) return false;
  const body = outer.inside();
  return takeAlgorithm(outer) !== null && takeBitString(outer) && outer.done && isBody(body);
}

function isBody(body: Der): boolean {
  const second = body.peek(INTEGER);
  if (second && takeSmallInteger(body) !== 1) return false;
  if (takeAlgorithm(body) === null || !takeName(body) || takeTime(body) === null) return false;
  if ((body.peek(UTC_TIME) || body.peek(GENERALIZED_TIME)) && takeTime(body) === null) return false;
  // Once a reason cannot be read, BoringSSL stops looking at the entries.
  let looking = true;
  if (body.peek(SEQUENCE)) {
    if (!body.take(SEQUENCE)) return false;
    const entries = body.inside();
    while (!entries.done) {
      const extensions = takeEntry(entries);
      if (extensions === null) return false;
      if (!looking || extensions === undefined) continue;
      if (!second || extensions.length === 0) return false;
      looking = isReadable(extensions, REASON, isReason);
    }
  }
  return isTail(body, second);
}

function isTail(body: Der, second: boolean): boolean {
  if (body.peek(contextConstructed(0))) {
    if (!body.take(contextConstructed(0))) return false;
    const wrapper = body.inside();
    const extensions = takeExtensions(wrapper);
    if (extensions === null || !wrapper.done || !second || extensions.length === 0) return false;
    if (!isReadable(extensions, ISSUING_DISTRIBUTION_POINT, isDistributionPoint)) return false;
    if (!isReadable(extensions, AUTHORITY_KEY_IDENTIFIER, isKeyIdentifier)) return false;
  }
  return body.done;
}

/** Extensions of an entry, `undefined` where it has none, `null` where the entry is damaged. */
function takeEntry(entries: Der): Extension[] | null | undefined {
  if (!entries.take(SEQUENCE)) return null;
  const entry = entries.inside();
  if (!entry.take(INTEGER) || !isInteger(entry.bytes, entry.from, entry.to) || takeTime(entry) === null) {
    return null;
  }
  if (entry.done) return undefined;
  const extensions = takeExtensions(entry);
  return entry.done ? extensions : null;
}

/** Whether an extension is absent, or there once and well formed. */
function isReadable(extensions: readonly Extension[], oid: string, check: (der: Der) => boolean): boolean {
  const all = extensions.filter((extension) => extension.oid === oid);
  if (all.length === 0) return true;
  if (all.length > 1) return false;
  const der = new Der(all[0].value);
  return check(der) && der.done;
}

const isReason = (der: Der): boolean => der.take(10) && isInteger(der.bytes, der.from, der.to);

function isGeneralNames(names: Der): boolean {
  while (!names.done) if (!names.any() || !isGeneralName(names)) return false;
  return true;
}

function isKeyIdentifier(der: Der): boolean {
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  if (fields.peek(contextPrimitive(0)) && !fields.take(contextPrimitive(0))) return false;
  if (
    fields.peek(contextConstructed(1)) &&
    !(fields.take(contextConstructed(1)) && isGeneralNames(fields.inside()))
  ) {
    return false;
  }
  if (fields.peek(contextPrimitive(2))) {
    if (!fields.take(contextPrimitive(2)) || !isInteger(fields.bytes, fields.from, fields.to)) return false;
  }
  return fields.done;
}

function isDistributionPoint(der: Der): boolean {
  if (!der.take(SEQUENCE)) return false;
  const fields = der.inside();
  if (
    fields.peek(contextConstructed(0)) &&
    !(fields.take(contextConstructed(0)) && isPointName(fields.inside()))
  ) {
    return false;
  }
  for (const number of [1, 2, 3, 4, 5]) {
    const tag = contextPrimitive(number);
    if (!fields.peek(tag)) continue;
    if (!fields.take(tag)) return false;
    const { bytes, from, to } = fields;
    if (number === 3 ? !isBitString(bytes, from, to) : to - from !== 1) return false;
  }
  return fields.done;
}

function isPointName(wrapper: Der): boolean {
  if (!wrapper.any() || !wrapper.done) return false;
  const inside = wrapper.inside();
  if (wrapper.tag === contextConstructed(0)) return isGeneralNames(inside);
  if (wrapper.tag !== contextConstructed(1)) return false;
  while (!inside.done) {
    if (!inside.take(SEQUENCE)) return false;
    const entry = inside.inside();
    if (!takeOid(entry) || !takeAny(entry) || !entry.done) return false;
  }
  return true;
}
