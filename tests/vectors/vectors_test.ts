/**
 * Every kind of pair, judged by the rules alone, by both stages, and by the real Envoy.
 *
 *     deno test -A tests/vectors/vectors_test.ts -- --rewrite
 *
 * asks Envoy about each kind alone (two minutes), and writes answers.json and docs/vectors.md anew; read the difference.
 * With `--rewrite-docs`, only the page, from the stored answers: for when a rule calls a refusal by another name.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { applyAnswer, type EnvoyAnswer, judge } from "../../lib/health/mod.ts";
import { EnvoyOracle } from "../../lib/host/mod.ts";
import type { PairBytes } from "../../lib/model/mod.ts";
import { readFacts } from "../../lib/pki/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { type Answers, ANSWERS_FILE, given, readAnswers, stored } from "./_answers.ts";
import { DOCUMENT, renderDocument } from "./_document.ts";
import { validate } from "./_validate.ts";
import { KINDS } from "./kinds.ts";

const envoy = toolPath("envoy");
const oracle = () => new EnvoyOracle({ envoyPath: envoy!, timeoutMs: 30_000 });

let pairs: readonly PairBytes[] | null = null;
const allPairs = () => pairs ??= KINDS.map((kind) => kind.make());

let answers: Answers | null = null;
const storedAnswers = () => answers ??= readAnswers();

if (Deno.args.includes("--rewrite")) {
  assert.ok(envoy, "Cannot ask Envoy: there is none, run deno task setup");
  const kinds: Record<string, true | string> = {};
  const queue = [...KINDS.entries()];
  const given: (true | string)[] = [];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      given[next[0]] = stored(await validate(envoy!, next[1].make()));
    }
  };
  await Promise.all([worker(), worker()]);
  KINDS.forEach((kind, at) => kinds[kind.id] = given[at]);
  answers = { envoy: (await oracle().version())!, kinds };
  writeFileSync(ANSWERS_FILE, JSON.stringify(answers, null, 2) + "\n");
}
if (Deno.args.some((argument) => argument.startsWith("--rewrite"))) {
  writeFileSync(DOCUMENT, renderDocument(storedAnswers()));
}

/** Fails with one line per kind for which there is one. */
function expectNone(title: string, complaints: readonly (string | null)[]): void {
  const said = complaints.filter((complaint) => complaint !== null);
  assert.ok(said.length === 0, `${title}: ${said.length} of ${complaints.length}\n${said.join("\n")}`);
}

const words = (answer: EnvoyAnswer | null | undefined) =>
  answer ? answer.accepted ? "accepts" : `refuses: ${answer.message}` : "gives no answer";

Deno.test("KINDS are at least 250, each with a name and bytes of its own", () => {
  assert.ok(KINDS.length >= 250, `${KINDS.length}`);
  const seen = new Map<string, string>();
  expectNone(
    "kinds that repeat another",
    KINDS.map((kind, at) => {
      const { certificate, key, staple } = allPairs()[at];
      const bytes = [certificate, key?.open(), staple].map((part) => part?.toBase64() ?? "none").join(" ");
      const twin = [kind.id, bytes].map((what) => seen.get(what)).find((id) => id !== undefined);
      seen.set(bytes, kind.id).set(kind.id, kind.id);
      return twin === undefined ? null : `${kind.id} is ${twin}`;
    }),
  );
  expectNone(
    "names that cannot be quoted",
    KINDS.map(({ id }) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(id) ? null : id),
  );
});

Deno.test("answers.json has an answer for every kind and for nothing else", () => {
  assert.deepEqual(Object.keys(storedAnswers().kinds).sort(), KINDS.map((kind) => kind.id).sort());
});

Deno.test("readFacts() finds a problem exactly where Envoy refuses, as stored", () => {
  expectNone(
    "rules that disagree with Envoy",
    KINDS.map((kind, at) => {
      const answer = given(storedAnswers().kinds[kind.id]);
      const { problem } = readFacts(allPairs()[at]);
      if ((problem === null) === answer.accepted) return null;
      return `${kind.id}: Envoy ${words(answer)}; rules: ${
        problem ? `${problem.cause}: ${problem.detail}` : "usable"
      }`;
    }),
  );
});

Deno.test("judge() serves exactly what Envoy takes, dates apart", () => {
  expectNone(
    "verdicts that disagree with Envoy",
    KINDS.map((kind, at) => {
      const facts = readFacts(allPairs()[at]);
      // The dates are set apart by standing at the first moment of validity and letting the last one pass.
      const verdict = judge(facts, facts.notBefore, { onExpired: "serve" });
      const answer = given(storedAnswers().kinds[kind.id]);
      return (verdict.action === "serve") === answer.accepted
        ? null
        : `${kind.id}: ${verdict.action}, ${verdict.cause}`;
    }),
  );
});

Deno.test("readFacts() reads dates as they are, which Envoy does not look at", () => {
  const summary = (id: string) => readFacts(KINDS.find((kind) => kind.id === id)!.make());
  const now = Date.UTC(2026, 5, 1);
  assert.equal(judge(summary("date-expired"), now).cause, "expired");
  assert.equal(judge(summary("date-not-yet-valid"), now).cause, "not_yet_valid");
  assert.equal(judge(summary("date-not-yet-valid"), now).edge, Date.UTC(2090, 0, 1));
  assert.equal(summary("date-utc-1950").notBefore, Date.UTC(1950, 0, 1));
  assert.equal(summary("date-utc-2049").notAfter, Date.UTC(2049, 11, 31, 23, 59, 59));
  assert.equal(summary("date-general-9999").notAfter, Date.UTC(9999, 11, 31, 23, 59, 59));
});

Deno.test("docs/vectors.md is what the kinds, the answers and the rules make it", () => {
  const text = existsSync(DOCUMENT) ? readFileSync(DOCUMENT, "utf8") : "";
  assert.ok(
    text === renderDocument(storedAnswers()),
    "docs/vectors.md is out of date: run with -- --rewrite-docs",
  );
});

Deno.test({
  name: "EnvoyOracle names the refused among all kinds, as stored (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const asked = oracle();
    const live = await asked.confirm(allPairs(), { expected: KINDS.map(() => false) });
    expectNone(
      "answers that differ from the stored ones",
      KINDS.map((kind, at) => {
        const answer = live[at];
        if (answer && stored(answer) === storedAnswers().kinds[kind.id]) return null;
        return `${kind.id}: Envoy ${words(answer)}; stored: ${storedAnswers().kinds[kind.id]}; ${
          asked.lastError ?? ""
        }`;
      }),
    );
    expectNone(
      "two-stage results that differ from Envoy",
      KINDS.map((kind, at) => {
        const { summary, overruled } = applyAnswer(readFacts(allPairs()[at]), live[at]!);
        const right = (summary.problem === null) === live[at]!.accepted && !overruled;
        return right
          ? null
          : `${kind.id}: ${summary.problem?.cause ?? "usable"}${overruled ? ", overruled" : ""}`;
      }),
    );
  },
});

Deno.test({
  name: "EnvoyOracle gives the same answers whatever is expected (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    const expected = KINDS.map((kind) => storedAnswers().kinds[kind.id] === true);
    const [right, wrong, none] = await Promise.all([
      oracle().confirm(allPairs(), { expected }),
      oracle().confirm(allPairs(), { expected: expected.map((each) => !each) }),
      oracle().confirm(allPairs()),
    ]);
    assert.deepEqual(wrong, right);
    assert.deepEqual(none, right);
    assert.deepEqual(
      right.map((answer) => answer && stored(answer)),
      KINDS.map((kind) => storedAnswers().kinds[kind.id]),
    );
  },
});

Deno.test({
  name: "envoy --mode validate, asked plainly, gives each of the stored messages (needs envoy)",
  ignore: envoy === null,
  fn: async () => {
    // One kind of each message; the others would only take minutes.
    const samples = new Map(KINDS.map((kind, at) => [storedAnswers().kinds[kind.id], at]));
    const queue = [...samples];
    const complaints: string[] = [];
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const answer = await validate(envoy!, allPairs()[next[1]]);
        if (stored(answer) !== next[0]) {
          complaints.push(`${KINDS[next[1]].id}: Envoy ${words(answer)}; stored: ${next[0]}`);
        }
      }
    };
    await Promise.all([worker(), worker()]);
    expectNone("answers that differ from the stored ones", complaints);
  },
});
