import assert from "node:assert/strict";
import { refusalWords } from "./_refusal_words.ts";

Deno.test("refusalWords() keeps what Envoy says of a pair", () => {
  const words = "Failed to load private key from <inline>, Cause: error:0b000074:X.509 certificate " +
    "routines:OPENSSL_internal:KEY_VALUES_MISMATCH";
  assert.equal(refusalWords(words), words);
});

Deno.test("refusalWords() keeps the rule, and not the secret that Envoy prints in front of it", () => {
  const secret =
    'name: "a"\ntls_certificate {\n  certificate_chain {\n  }\n  private_key {\n    inline_string: "KEYBYTES"\n  }\n}\n';
  const rule =
    'Proto constraint validation failed (SecretValidationError.TlsCertificate: field: "specifier")';
  for (const head of ["", "goo.gle/debugproto   \n"]) {
    assert.equal(refusalWords(`${head}${secret}: ${rule}`), rule);
    // Cut off by somebody before the rule.
    assert.ok(!refusalWords(`${head}${secret}`).includes("KEYBYTES"));
    assert.ok(!refusalWords(`${rule} of ${secret}`).includes("KEYBYTES"));
  }
});

Deno.test("refusalWords() shows no runs of base64 and no PEM", () => {
  assert.equal(refusalWords(`broken: ${"MIIB+/x=".repeat(20)} here`), "broken: … here");
  assert.ok(!refusalWords("-----BEGIN EC PRIVATE KEY-----\nMHcC\n").includes("MHcC"));
  assert.ok(!refusalWords('{"privateKey":{"inlineBytes":"MHcC"}}').includes("MHcC"));
});

Deno.test("refusalWords() makes one short line of it", () => {
  assert.equal(refusalWords("a\nb\u001b[31mc"), "a?b?[31mc");
  assert.equal(Array.from(refusalWords("word ".repeat(1000))).length, 300);
  assert.equal(refusalWords(" \t"), "(without a word)");
});
