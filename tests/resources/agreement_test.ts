/**
 * What certgate says of an object is what the real Envoy Gateway's file loader says.
 *
 *     deno test -A tests/resources/agreement_test.ts -- --rewrite
 *
 * asks Envoy Gateway about every object and file (two minutes), and writes answers.json anew; read the difference.
 *
 * @module
 */
import assert from "node:assert/strict";
import { checkObject, readResources } from "../../lib/resources/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { type Answers, ANSWERS_FILE, CASES, digestOf, QUESTIONS, readAnswers } from "./_answers.ts";
import { Loader } from "./_envoy_gateway.ts";
import { FILES } from "./_files.ts";

const gateway = toolPath("envoy-gateway");

/** Where certgate is stricter than the loader, on purpose. */
const STRICTER: ReadonlySet<string> = new Set([
  // Kubernetes takes text only.
  "Secret with a list",
  // It would do nothing in Envoy Gateway's file mode, and nobody could refer to it.
  "EndpointSlice without a name",
  "Service without a name",
]);

/** Seconds of the real program that a plain run may take: every name, and one in twenty of what is made up. */
const SAMPLE = QUESTIONS.filter(({ name }, index) => !/^(bent|written) /.test(name) || index % 20 === 0);

if (Deno.args.includes("--rewrite")) {
  assert.ok(gateway, "Cannot ask Envoy Gateway: there is none, run deno task setup");
  const answers = await ask(gateway, QUESTIONS);
  await Deno.writeTextFile(ANSWERS_FILE, `${JSON.stringify(answers).replaceAll('],"', '],\n"')}\n`);
}

async function ask(binary: string, questions: typeof QUESTIONS): Promise<Answers> {
  const answers: Record<string, Answers[string]> = {};
  const loader = await Loader.open(binary);
  try {
    for (const { name, text } of questions) {
      answers[name] = [(await loader.ask(text)).answer, digestOf(text)];
    }
  } finally {
    await loader.close();
  }
  return answers;
}

Deno.test("checkObject() takes what Envoy Gateway loads, and nothing else", () => {
  const answers = readAnswers();
  const wrong = CASES.filter(({ name }) => !STRICTER.has(name)).flatMap(({ name, value }) => {
    const [answer, digest] = answers[name] ?? [];
    if (digest !== digestOf(JSON.stringify(value))) {
      return [`${name}: Envoy Gateway was not asked about this text`];
    }
    const problems = checkObject(value);
    return (answer === "loads") === (problems.length === 0)
      ? []
      : [`${name}: Envoy Gateway ${answer}, certgate says ${
        problems.map((one) => one.message).join(", ") || "yes"
      }`];
  });
  assert.deepEqual(wrong, []);
});

Deno.test("checkObject() is stricter than Envoy Gateway where it is meant to be", () => {
  const answers = readAnswers();
  for (const { name, value } of CASES.filter(({ name }) => STRICTER.has(name))) {
    assert.equal(answers[name][0], "loads", name);
    assert.notDeepEqual(checkObject(value), [], name);
  }
});

Deno.test("readResources() takes as many objects from each file as it should", () => {
  for (const { name, text, objects } of FILES) {
    const set = readResources(new Map([["a.yaml", { text }]]), new Map());
    assert.equal(set.good.size === 0 ? -1 : set.objects.length, objects, name);
  }
});

Deno.test({
  name: "the stored answers are those of the real Envoy Gateway",
  ignore: gateway === null,
  fn: async () => {
    const stored = readAnswers();
    const live = await ask(gateway!, SAMPLE);
    assert.deepEqual(live, Object.fromEntries(SAMPLE.map(({ name }) => [name, stored[name]])));
  },
});
