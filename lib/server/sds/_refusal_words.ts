import { plainLine } from "../../host/mod.ts";

const LONGEST = 300;

/**
 * What may be shown of the words with which Envoy refuses a secret.
 *
 * Where a secret breaks the field rules of the API, Envoy's words are the whole secret as text, private key included, and what the
 * rule was behind that (measured with 1.36 to 1.40). So only what stands behind is kept; where the text looks like a
 * secret all the same, nothing is. Long runs of the letters of base64 go in any case.
 */
export function refusalWords(text: string): string {
  const rule = text.lastIndexOf(RULES);
  const words = rule < 0 ? text : text.slice(rule);
  if (SECRET.test(words)) return "(Envoy's words are not shown: they may hold a key)";
  return plainLine(words.trim().replace(BASE64, "…"), LONGEST) || "(without a word)";
}

const RULES = "Proto constraint validation failed";
const SECRET =
  /inline_(bytes|string)|inline(Bytes|String)|PRIVATE KEY|goo\.gle\/debug|tls_certificate\s*\{|private_key\s*[:{]/;
const BASE64 = /[A-Za-z0-9+/=]{40,}/g;
