import assert from "node:assert/strict";
import { readFacts } from "./read_facts.ts";
import { splitCombined } from "./split_combined.ts";
import { certificatePem, CN, join, keyPem, KEYS, name, text } from "./_test_material.ts";

const leaf = certificatePem();
const issuer = certificatePem({ subject: name([CN, "Test CA"]), spki: KEYS.p384.spki });

Deno.test("splitCombined() gives the same pair for every order of blocks", () => {
  for (
    const parts of [[keyPem(), leaf, issuer], [leaf, keyPem(), issuer], [issuer, leaf, keyPem()], [
      issuer,
      keyPem(),
      leaf,
    ]]
  ) {
    const pair = splitCombined(join(...parts));
    assert.deepEqual(pair.certificate, join(leaf, issuer));
    assert.deepEqual(pair.key?.open(), keyPem());
    assert.equal(readFacts(pair).problem, null);
  }
});

Deno.test("splitCombined() keeps the file order where no certificate goes with the key", () => {
  const pair = splitCombined(join(issuer, leaf, keyPem(KEYS.ed25519)));
  assert.deepEqual(pair.certificate, join(issuer, leaf));
  assert.equal(readFacts(pair).problem?.cause, "key_mismatch");
});

Deno.test("splitCombined() says what is not there", () => {
  assert.equal(readFacts(splitCombined(leaf)).problem?.cause, "key_missing");
  assert.equal(readFacts(splitCombined(keyPem())).problem?.cause, "certificate_missing");
  assert.equal(readFacts(splitCombined(text("hello"))).problem?.cause, "pair_missing");
});

Deno.test("splitCombined() hides no damage", () => {
  const damaged = text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
  assert.equal(readFacts(splitCombined(join(keyPem(), leaf, damaged))).problem?.cause, "chain_unreadable");
  assert.equal(
    readFacts(splitCombined(join(keyPem(), damaged, leaf))).problem?.cause,
    "certificate_unreadable",
  );
});

Deno.test("splitCombined() puts line ends between blocks that have none", () => {
  const bare = leaf.subarray(0, leaf.length - 1);
  assert.deepEqual(splitCombined(join(keyPem(), leaf, bare)).certificate, join(leaf, leaf));
});
