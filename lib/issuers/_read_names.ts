import { Buffer } from "node:buffer";
import { NAME_KEYS } from "./_keys.ts";
import { isEmailAddress, isIpAddress } from "./_parse_address.ts";
import { quoted } from "./_json.ts";
import type { Reading } from "./_reading.ts";
import type { IntentSettings } from "./intent.ts";

/** Upper bound of a common name (RFC 5280, appendix A.1: ub-common-name-length), counted in bytes by cert-manager. */
const LONGEST_COMMON_NAME = 64;
const DNS_NAME =
  /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/;

type Names = Pick<IntentSettings, "commonName" | "altNames" | "ipSans" | "emailAddresses">;

/** Names that annotations ask for beside the hostnames of the listeners. Blanks count, as for cert-manager. */
export function readNames(reading: Reading): Names {
  return {
    commonName: readCommonName(reading),
    altNames: readAltNames(reading),
    ipSans: readIpSans(reading),
    emailAddresses: readEmails(reading),
  };
}

function readCommonName(reading: Reading): string {
  const key = NAME_KEYS.commonName;
  const text = reading.text(key) ?? "";
  if (text === "") return "";
  const size = Buffer.byteLength(text);
  if (size > LONGEST_COMMON_NAME) {
    reading.refuse(key, `${size} bytes are too many`, `at most ${LONGEST_COMMON_NAME} are allowed`);
    return "";
  }
  reading.took(key, "spec.commonName", text);
  return text;
}

function readAltNames(reading: Reading): readonly string[] {
  const key = NAME_KEYS.altNames;
  const text = reading.text(key) ?? "";
  if (text === "") return [];
  const names = text.split(",");
  const odd = names.find((name) => !DNS_NAME.test(name));
  if (odd !== undefined) {
    reading.doubt(key, `${quoted(odd)} is no hostname`, "separate names by commas, without blanks");
  }
  for (const name of names) reading.took(key, "spec.dnsNames", name);
  return names;
}

function readIpSans(reading: Reading): readonly string[] {
  const key = NAME_KEYS.ipSans;
  const text = reading.text(key) ?? "";
  if (text === "") return [];
  const addresses = text.split(",");
  for (const address of addresses) {
    if (isIpAddress(address)) reading.took(key, "spec.ipAddresses", address);
    else {reading.refuse(
        key,
        `${quoted(address)} is no IP address`,
        "separate addresses by commas, without blanks",
      );}
  }
  return addresses;
}

function readEmails(reading: Reading): readonly string[] {
  const key = NAME_KEYS.emailSans;
  const text = reading.text(key);
  if (text === null) return [];
  const addresses = text.split(",");
  for (const address of addresses) {
    if (isEmailAddress(address)) reading.took(key, "spec.emailAddresses", address);
    else {
      const why = `${quoted(address)} is no address of e-mail`;
      reading.refuse(
        key,
        why,
        "write the address alone, such as ops@example.com; separate several by commas, without blanks",
      );
    }
  }
  return addresses;
}
