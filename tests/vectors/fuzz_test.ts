/**
 * Mutants of pairs that Envoy takes: nobody has seen them, so no rule was written for them.
 *
 *     deno test -A tests/vectors/fuzz_test.ts -- --seed=7 --mutants=20000
 *
 * @module
 */
import assert from "node:assert/strict";
import { applyAnswer } from "../../lib/health/mod.ts";
import { EnvoyOracle } from "../../lib/host/mod.ts";
import type { Facts } from "../../lib/model/mod.ts";
import { readFacts } from "../../lib/pki/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { readAnswers } from "./_answers.ts";
import { type Mutant, mutate, randomFrom } from "./_mutate.ts";
import { KINDS } from "./kinds.ts";

const envoy = toolPath("envoy");
const argument = (name: string, otherwise: number) => {
  const given = Deno.args.find((each) => each.startsWith(`--${name}=`));
  return given === undefined ? otherwise : Number(given.split("=")[1]);
};
const SEED = argument("seed", 3);
const COUNT = argument("mutants", 3000);
/** Mutants of larger pairs show nothing new and cost more. */
const LARGEST = 20_000;
/** Milliseconds for one pair; the slowest sound one (RSA-16384) takes a fraction of it even on a busy machine. */
const HANG = 5_000;

interface Judged extends Mutant {
  readonly kind: string;
  readonly facts: Facts;
}

let judged: readonly Judged[] | null = null;

/** Makes and judges the mutants; the same for the same seed. */
function mutants(): readonly Judged[] {
  if (judged) return judged;
  console.log(`seed ${SEED}, ${COUNT} mutants`);
  const answers = readAnswers().kinds;
  const parents = KINDS.filter((kind) => answers[kind.id] === true)
    .map((kind) => ({ kind, pair: kind.make() }))
    .filter(({ pair }) => pair.certificate && pair.key && pair.certificate.byteLength < LARGEST);
  const families = [...Map.groupBy(parents, ({ kind }) => kind.group).values()];
  const spare = parents.flatMap(({ pair }) => firstBlock(pair.certificate!));
  const random = randomFrom(SEED);
  judged = Array.from({ length: COUNT }, () => {
    const family = families[random(families.length)];
    const parent = family[random(family.length)];
    const mutant = mutate(parent.pair, random, spare);
    const start = performance.now();
    const facts = readFacts(mutant.pair);
    const spent = performance.now() - start;
    assert.ok(spent < HANG, `${parent.kind.id}, ${mutant.what}: ${spent} ms`);
    return { ...mutant, kind: parent.kind.id, facts };
  });
  return judged;
}

function firstBlock(pem: Uint8Array): Uint8Array[] {
  const text = new TextDecoder("latin1").decode(pem);
  const base64 = /-----BEGIN [^\n]*-----\n([A-Za-z0-9+/=\n]+)\n-----END/.exec(text)?.[1];
  return base64 === undefined ? [] : [Uint8Array.fromBase64(base64.replaceAll("\n", ""))];
}

Deno.test("readFacts() neither throws nor hangs on a mutant", () => {
  assert.equal(mutants().length, COUNT);
  // A mutation that left most pairs as they were, or that broke all of them, would test nothing.
  const sound = mutants().filter(({ facts }) => facts.problem === null).length;
  assert.ok(sound > COUNT / 20 && sound < COUNT / 2, `${sound} of ${COUNT} mutants are usable`);
});

Deno.test({
  name: "readFacts() agrees with Envoy on at least 99 % of the mutants, both stages on all (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const oracle = new EnvoyOracle({ envoyPath: envoy!, timeoutMs: 30_000 });
    const expected = mutants().map(({ facts }) => facts.problem === null);
    const answers = await oracle.confirm(mutants().map(({ pair }) => pair), { expected });
    const wrong: string[] = [];
    mutants().forEach(({ kind, what, facts }, at) => {
      const answer = answers[at];
      assert.ok(answer, `mutant ${at} of ${kind}, ${what}: ${oracle.lastError}`);
      const { summary, overruled } = applyAnswer(facts, answer);
      assert.equal(summary.problem === null, answer.accepted);
      const rules = facts.problem ? `${facts.problem.cause}: ${facts.problem.detail}` : "usable";
      const said = answer.accepted ? "accepts" : `refuses: ${answer.message}`;
      if (overruled) wrong.push(`mutant ${at} of ${kind}, ${what}: Envoy ${said}; rules: ${rules}`);
    });
    const agreement = 100 * (1 - wrong.length / COUNT);
    console.log(`rules alone agree with Envoy on ${agreement.toFixed(2)} % of ${COUNT} mutants`);
    if (wrong.length > 0) console.log(wrong.join("\n"));
    assert.ok(agreement >= 99, `${agreement} %\n${wrong.join("\n")}`);
  },
});
