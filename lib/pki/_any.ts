import {
  BIT_STRING,
  BOOLEAN,
  type Der,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  isBitString,
  isConstructed,
  isInteger,
  isOid,
  NULL,
  OBJECT,
  tagClass,
  tagNumber,
  UTC_TIME,
  UTF8_STRING,
} from "./_der.ts";
import { isUtf8, isWide } from "./_strings.ts";
import { readTime } from "./_time.ts";

/** Universal types that are always constructed: EXTERNAL, EMBEDDED PDV, SEQUENCE, SET, CHARACTER STRING. */
const ALWAYS_CONSTRUCTED = new Set([8, 11, 16, 17, 29]);

/**
 * Reads a value of any type the way BoringSSL's `asn1_parse_any` and `asn1_parse_any_as_string` do: universal types
 * are checked for form and contents, everything else is taken as it is.
 */
export function takeAny(der: Der): boolean {
  if (!der.any()) return false;
  const { bytes, from, to, tag } = der;
  if (tagClass(tag) !== 0) return true;
  const number = tagNumber(tag);
  // X.680 gives out 0 to 36 except 15; above 255 BoringSSL takes no universal type at all.
  if (number <= 36 && number !== 15 && isConstructed(tag) !== ALWAYS_CONSTRUCTED.has(number)) return false;
  if (number > 255) return false;
  switch (tag) {
    case BOOLEAN:
      return to - from === 1 && (bytes[from] === 0 || bytes[from] === 0xff);
    case INTEGER:
    case ENUMERATED:
      return isInteger(bytes, from, to);
    case BIT_STRING:
      return isBitString(bytes, from, to);
    case NULL:
      return to === from;
    case OBJECT:
      return isOid(bytes, from, to);
    case UTF8_STRING:
      return isUtf8(bytes, from, to);
    case UTC_TIME:
    case GENERALIZED_TIME:
      return readTime(der) !== null;
    case 28:
      return isWide(bytes, from, to, 4);
    case 30:
      return isWide(bytes, from, to, 2);
    default:
      return true;
  }
}
