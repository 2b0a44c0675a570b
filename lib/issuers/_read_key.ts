import { MAKING_KEYS } from "./_keys.ts";
import { parseInteger } from "./_parse_integer.ts";
import type { Reading } from "./_reading.ts";
import type { IntentKey } from "./intent.ts";

const ALGORITHMS = ["RSA", "ECDSA", "Ed25519"];
const ENCODINGS = ["PKCS1", "PKCS8"];
const POLICIES = ["Never", "Always"];
const CURVES = [256, 384, 521];
const [LEAST_RSA, MOST_RSA] = [2048, 8192];

/** What is asked of the private key; `null` if nothing is. */
export function readKey(reading: Reading): IntentKey | null {
  const algorithm = readWord(reading, MAKING_KEYS.algorithm, "algorithm", ALGORITHMS);
  const encoding = readWord(reading, MAKING_KEYS.encoding, "encoding", ENCODINGS);
  const size = readSize(reading, algorithm ?? "RSA");
  const rotationPolicy = readWord(reading, MAKING_KEYS.rotationPolicy, "rotationPolicy", POLICIES);
  const key = {
    ...rotationPolicy === null ? {} : { rotationPolicy },
    ...encoding === null ? {} : { encoding },
    ...algorithm === null ? {} : { algorithm },
    ...size === null ? {} : { size },
  };
  return Object.keys(key).length === 0 ? null : key;
}

function readWord(reading: Reading, key: string, member: string, words: readonly string[]): string | null {
  const text = reading.text(key);
  if (text === null) return null;
  if (!words.includes(text)) {
    const near = words.find((word) => word.toLowerCase() === text.toLowerCase());
    const hint = near === undefined
      ? `use one of ${words.join(", ")}`
      : `did you mean ${JSON.stringify(near)}?`;
    return reading.refuse(key, "it is none of the words that are known here", hint);
  }
  reading.took(key, `spec.privateKey.${member}`, text);
  return text;
}

function readSize(reading: Reading, algorithm: string): number | null {
  const key = MAKING_KEYS.size;
  const text = reading.text(key);
  if (text === null) return null;
  const size = parseInteger(text, 53);
  if (size === null) {
    return reading.refuse(key, "it is no whole number", "write the number of bits, such as 2048");
  }
  if (algorithm === "RSA" && (size < LEAST_RSA || size > MOST_RSA)) {
    return reading.refuse(key, "RSA keys of this size are not made", `use ${LEAST_RSA} to ${MOST_RSA} bits`);
  }
  if (algorithm === "ECDSA" && !CURVES.includes(size)) {
    return reading.refuse(key, "ECDSA keys of this size are not made", `use one of ${CURVES.join(", ")}`);
  }
  reading.took(key, "spec.privateKey.size", String(size));
  return size;
}
