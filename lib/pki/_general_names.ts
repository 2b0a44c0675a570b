import {
  contextConstructed,
  contextPrimitive,
  type Der,
  Der as Reader,
  isOid,
  SEQUENCE,
  takeOid,
} from "./_der.ts";
import { takeAny } from "./_any.ts";
import { takeName } from "./_name.ts";
import { latin1 } from "./_strings.ts";

/** What a subject alternative name extension holds, as far as Envoy and people look at it. */
export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
  /** DNS names, addresses and URIs together: what Envoy counts. */
  readonly counted: number;
}

/** Printable, teletex, UTF-8, universal and BMP strings. */
const DIRECTORY_STRINGS = new Set([12, 19, 20, 28, 30]);

const OTHER_NAME = contextConstructed(0),
  RFC822_NAME = contextPrimitive(1),
  DNS_NAME = contextPrimitive(2),
  X400_ADDRESS = contextConstructed(3),
  DIRECTORY_NAME = contextConstructed(4),
  EDI_PARTY_NAME = contextConstructed(5),
  URI = contextPrimitive(6),
  IP_ADDRESS = contextPrimitive(7),
  REGISTERED_ID = contextPrimitive(8);

/**
 * Reads the contents of a subject alternative name extension.
 *
 * @returns `null` where BoringSSL's GENERAL_NAMES would not parse; to Envoy it is then as if there were no extension.
 */
export function readAlternativeNames(value: Uint8Array): AlternativeNames | null {
  const outer = new Reader(value);
  if (!outer.take(SEQUENCE) || !outer.done) return null;
  const names = outer.inside();
  const dns: string[] = [], addresses: string[] = [];
  let counted = 0;
  while (!names.done) {
    if (!names.any() || !isGeneralName(names)) return null;
    if (names.tag === DNS_NAME) dns.push(latin1(names.bytes, names.from, names.to));
    const address = names.tag === IP_ADDRESS ? addressText(names.contents()) : null;
    if (address !== null) addresses.push(address);
    if (names.tag === DNS_NAME || names.tag === IP_ADDRESS || names.tag === URI) counted++;
  }
  return { dns, addresses, counted };
}

/** Whether the GeneralName read last is well formed. */
export function isGeneralName(names: Der): boolean {
  const inside = names.inside();
  switch (names.tag) {
    case RFC822_NAME:
    case DNS_NAME:
    case URI:
    case IP_ADDRESS:
    case X400_ADDRESS:
      return true;
    case REGISTERED_ID:
      return isOid(names.bytes, names.from, names.to);
    case DIRECTORY_NAME:
      return takeName(inside) && inside.done;
    case OTHER_NAME: {
      if (!takeOid(inside) || !inside.take(OTHER_NAME)) return false;
      const any = inside.inside();
      return takeAny(any) && any.done && inside.done;
    }
    case EDI_PARTY_NAME:
      return (!inside.peek(contextConstructed(0)) || takeDirectoryString(inside, 0)) &&
        takeDirectoryString(inside, 1) && inside.done;
    default:
      return false;
  }
}

function takeDirectoryString(der: Der, tag: number): boolean {
  if (!der.take(contextConstructed(tag))) return false;
  const inside = der.inside();
  return DIRECTORY_STRINGS.has(inside.peekTag()) && takeAny(inside) && inside.done;
}

/** Text of an address of 4 or 16 bytes (RFC 5952), else `null`. */
export function addressText(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return null;
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] * 256 + bytes[2 * i + 1]).toString(16));
  let best = 0, length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === "0") run++;
    if (run > length) [best, length] = [i, run];
  }
  if (length === 1) return groups.join(":");
  return `${groups.slice(0, best).join(":")}::${groups.slice(best + length).join(":")}`;
}
