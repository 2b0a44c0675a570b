import {
  contextConstructed,
  contextPrimitive,
  Der,
  ENUMERATED,
  GENERALIZED_TIME,
  INTEGER,
  isInteger,
  OBJECT,
  OCTET_STRING,
  sameBytes,
  SEQUENCE,
} from "./_der.ts";
import { latin1 } from "./_strings.ts";

/** id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1 */
const BASIC = new Uint8Array([0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01]);

/**
 * Judges a stapled OCSP answer as Envoy does when it loads the pair (`source/common/tls/ocsp/ocsp.cc`): it has to be
 * well formed, successful, about one certificate, and that one has to have this serial number. Who signed it and
 * whether it is out of date is not looked at.
 *
 * @returns What is wrong, or `null`.
 */
export function checkStaple(bytes: Uint8Array, serial: Uint8Array): string | null {
  const outer = new Der(bytes);
  if (!outer.take(SEQUENCE)) return "it is not an OCSP response";
  if (!outer.done) return "there is something behind the OCSP response";
  const response = outer.inside();
  if (!response.take(ENUMERATED)) return "its status is damaged";
  // Envoy takes the first byte, even where the status has none.
  const status = response.bytes[response.from] ?? 255;
  if (status > 6 || status === 4) return `its status ${status} is unknown`;
  const body = response.peek(contextConstructed(0));
  const wrong = body ? checkBody(response, serial) : null;
  if (typeof wrong === "string" && wrong !== MISMATCH) return wrong;
  if (status !== 0) return `it says that the responder failed with status ${status}`;
  return body ? wrong : "it has no body";
}

const MISMATCH = "it is about another certificate";

function checkBody(response: Der, serial: Uint8Array): string | null {
  if (!response.take(contextConstructed(0))) return "its body is damaged";
  const bytes = response.inside();
  if (!bytes.take(SEQUENCE)) return "its body is damaged";
  const typed = bytes.inside();
  if (!typed.take(OBJECT) || !sameBytes(typed.contents(), BASIC)) return "it is of an unknown type";
  if (!typed.take(OCTET_STRING)) return "its body is damaged";
  const basic = typed.inside();
  if (!basic.take(SEQUENCE)) return "its body is damaged";
  const signed = basic.inside();
  if (!signed.take(SEQUENCE)) return "its body is damaged";
  return checkData(signed.inside(), serial);
}

function checkData(data: Der, serial: Uint8Array): string | null {
  // Envoy compares an explicit version with a text that it never is.
  if (data.peek(contextConstructed(0))) return "it names a version";
  let responder = false;
  for (const tag of [contextConstructed(1), contextConstructed(2)]) {
    if (!data.peek(tag)) continue;
    if (!data.take(tag)) return "its responder is damaged";
    responder = true;
  }
  if (!responder || !data.take(GENERALIZED_TIME) || !data.take(SEQUENCE)) {
    return "its responder or time is damaged";
  }
  const list = data.inside();
  let count = 0;
  let about: Uint8Array | null = null;
  while (!list.done) {
    const found = takeSingle(list);
    if (found === null) return "an entry of it is damaged";
    about ??= found;
    count++;
  }
  if (count !== 1 || about === null) return `it is about ${count} certificates`;
  return sameBytes(about, serial) ? null : MISMATCH;
}

/** Reads a SingleResponse; the contents of its serial number, or `null`. */
function takeSingle(list: Der): Uint8Array | null {
  if (!list.take(SEQUENCE)) return null;
  const single = list.inside();
  if (!single.take(SEQUENCE)) return null;
  const id = single.inside();
  if (!id.take(SEQUENCE) || !id.take(OCTET_STRING) || !id.take(OCTET_STRING) || !id.take(INTEGER)) {
    return null;
  }
  if (!isInteger(id.bytes, id.from, id.to)) return null;
  const serial = id.contents();
  let status = false;
  for (const tag of [contextPrimitive(0), contextConstructed(1), contextPrimitive(2)]) {
    if (!single.peek(tag)) continue;
    if (!single.take(tag)) return null;
    status = true;
  }
  if (!status || !takeUpdateTime(single)) return null;
  if (single.peek(contextConstructed(0))) {
    if (!single.take(contextConstructed(0)) || !takeUpdateTime(single.inside())) return null;
  }
  return serial;
}

/** A time as `absl::ParseTime("%E4Y%m%d%H%M%S")` takes it: shorter fields pass, and so does a leap second. */
function takeUpdateTime(der: Der): boolean {
  if (!der.take(GENERALIZED_TIME)) return false;
  const text = latin1(der.bytes, der.from, der.to);
  if (!/[zZ]$/.test(text)) return false;
  const match = /^[ \t\n\v\f\r]*(\d{4})(\d{1,2})(\d{1,2})(\d{1,2})(\d{1,2})(\d{1,2})[ \t\n\v\f\r]*$/
    .exec(text.slice(0, -1));
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day;
}
