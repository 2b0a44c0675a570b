import { Der, ENUMERATED, INTEGER, SEQUENCE, SET, takeOid } from "./_der.ts";
import { takeAny } from "./_any.ts";
import { hex, NAME_ATTRIBUTES, oidText } from "./_oids.ts";
import { textOf } from "./_strings.ts";

/** The most bytes that BoringSSL takes in a name. */
const NAME_LIMIT = 1024 * 1024;

const COMMON_NAME = [0x55, 0x04, 0x03];

/** Whether a Name is next and BoringSSL takes it; reads it. Leaves the name as the element read last. */
export function takeName(der: Der): boolean {
  if (!der.take(SEQUENCE) || der.to - der.from > NAME_LIMIT) return false;
  const sets = der.inside();
  while (!sets.done) {
    if (!sets.take(SET) || sets.to === sets.from) return false;
    const attributes = sets.inside();
    while (!attributes.done) {
      if (!attributes.take(SEQUENCE)) return false;
      const attribute = attributes.inside();
      if (!takeOid(attribute) || !takeAny(attribute) || !attribute.done) return false;
    }
  }
  return true;
}

/** Calls `visit` with the type and a reader standing at the value, for each attribute of a Name that was checked. */
function eachAttribute(
  name: Uint8Array,
  visit: (type: Uint8Array, value: Der, set: number) => boolean,
): void {
  const outer = new Der(name);
  if (!outer.take(SEQUENCE)) return;
  const sets = outer.inside();
  for (let set = 0; !sets.done && sets.take(SET); set++) {
    const attributes = sets.inside();
    while (!attributes.done && attributes.take(SEQUENCE)) {
      const attribute = attributes.inside();
      if (!takeOid(attribute)) return;
      const type = attribute.contents();
      if (!attribute.any() || !visit(type, attribute, set)) return;
    }
  }
}

function isCommonName(type: Uint8Array): boolean {
  return type.length === 3 && COMMON_NAME.every((byte, i) => type[i] === byte);
}

/** Numbers, bit and octet strings, times and strings; of all else BoringSSL keeps the header, so it is never empty. */
const KEPT_WITHOUT_HEADER = new Set([2, 3, 4, 10, 12, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30]);

/**
 * What Envoy sees of the first common name: `none`, `empty`, or `some`.
 *
 * BoringSSL keeps the magnitude of a number, so that a zero is empty, and a bit string without its padding count.
 */
export function firstCommonName(name: Uint8Array): "none" | "empty" | "some" {
  let found: "none" | "empty" | "some" = "none";
  eachAttribute(name, (type, value) => {
    if (!isCommonName(type)) return true;
    const length = value.to - value.from;
    const zero = (value.tag === INTEGER || value.tag === ENUMERATED) && length === 1 &&
      value.bytes[value.from] === 0;
    const bits = value.tag === 3 && length === 1;
    found = KEPT_WITHOUT_HEADER.has(value.tag) && (length === 0 || zero || bits) ? "empty" : "some";
    return false;
  });
  return found;
}

/** Text of the last common name, or `null` if there is none or it is not a string. */
export function lastCommonName(name: Uint8Array): string | null {
  let text: string | null = null;
  eachAttribute(name, (type, value) => {
    if (isCommonName(type)) text = textOf(value);
    return true;
  });
  return text;
}

/** RFC 4514 text of a Name, most specific first. */
export function nameText(name: Uint8Array): string {
  const sets: string[] = [];
  let last = -1;
  eachAttribute(name, (type, value, set) => {
    const oid = oidText(type);
    const short = NAME_ATTRIBUTES[oid];
    const text = short === undefined ? null : textOf(value);
    const item = `${short ?? oid}=${text === null ? `#${hex(value.element())}` : escapeValue(text)}`;
    if (set === last) sets[sets.length - 1] += `+${item}`;
    else sets.push(item);
    last = set;
    return true;
  });
  return sets.reverse().join(",");
}

/** Escapes by RFC 4514, 2.4; other control characters too, so that a name can stand in a log or on a terminal. */
function escapeValue(text: string): string {
  return text
    .replace(/[,+"\\<>;]/g, "\\$&")
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");
}
