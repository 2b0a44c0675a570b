/**
 * Trust bundles: whatever the kinds put into a certificate or a key file, read as a list of trusted issuers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { EnvoyOracle } from "../../lib/host/mod.ts";
import { readTrust } from "../../lib/pki/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { join } from "./_der.ts";
import { mutate, randomFrom } from "./_mutate.ts";
import { KINDS } from "./kinds.ts";

const envoy = toolPath("envoy");
const SEED = 11;
const MUTANTS = 1500;
/** Mutants of larger bundles show nothing new and cost more. */
const LARGEST = 20_000;

/** Every certificate file, every key file, and both in one, by a name that can be quoted; none twice. */
function bundles(): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const seen = new Set<string>();
  const keep = (name: string, bytes: Uint8Array) => {
    const text = bytes.toBase64();
    if (!seen.has(text)) found.set(name, bytes);
    seen.add(text);
  };
  for (const kind of KINDS) {
    const { certificate, key } = kind.make();
    if (certificate) keep(`certificate of ${kind.id}`, certificate);
    if (key) keep(`key of ${kind.id}`, key.open());
    if (certificate && key) keep(`both of ${kind.id}`, join(certificate, key.open()));
  }
  const small = [...found].filter(([, bytes]) => bytes.byteLength < LARGEST);
  const random = randomFrom(SEED);
  const spare = [KINDS[0].make().certificate!];
  for (let at = 0; at < MUTANTS; at++) {
    const [name, bytes] = small[random(small.length)];
    const { pair, what } = mutate({ certificate: bytes, key: KINDS[0].make().key }, random, spare);
    keep(`mutant ${at} of ${name}, ${what}`, pair.certificate!);
  }
  return found;
}

Deno.test({
  name: "readTrust() finds a problem exactly where Envoy refuses a bundle (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const all = [...bundles()];
    const oracle = new EnvoyOracle({ envoyPath: envoy!, timeoutMs: 30_000 });
    const answers = await oracle.confirmTrust(all.map(([, bytes]) => bytes));
    const wrong = all.flatMap(([name, bytes], at) => {
      const answer = answers[at];
      if (!answer) return [`${name}: no answer: ${oracle.lastError}`];
      const { problem } = readTrust(bytes);
      if ((problem === null) === answer.accepted) return [];
      return [
        `${name}: Envoy ${answer.accepted ? "accepts" : answer.message}; rules: ${
          problem?.detail ?? "usable"
        }`,
      ];
    });
    const accepted = answers.filter((answer) => answer?.accepted).length;
    assert.ok(
      accepted > all.length / 10 && accepted < all.length * 0.9,
      `${accepted} of ${all.length} are accepted`,
    );
    assert.ok(wrong.length === 0, `${wrong.length} of ${all.length}\n${wrong.join("\n")}`);
  },
});
