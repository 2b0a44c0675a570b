import assert from "node:assert/strict";
import { join } from "node:path";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { sampleCondition, samplePolicy, samplePolicyStatus } from "../../tests/fakes/policy_status.ts";
import type { PolicyStatus } from "../model/mod.ts";
import { explainPolicy } from "./explain_policy.ts";

const ROUTE = `kind: HTTPRoute
metadata: { namespace: default, name: shop }
spec: { parentRefs: [{ name: eg-2 }], rules: [{ name: pay }, {}] }
`;
const policy = (name: string, target: string) =>
  `apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { name: ${name}, namespace: default }
spec:
  mode: Enforce
  targetRefs: [{ group: gateway.networking.k8s.io, ${target} }]
  ruleSets: [{ type: OWASPCoreRuleSet }]
`;
const PROXY = `apiVersion: networking.datumapis.com/v1alpha
kind: HTTPProxy
metadata: { name: shop, namespace: default }
spec:
  rules:
    - {}
    - backends: [{ endpoint: "http://10.0.0.7:3000", connector: { name: home } }]
`;
const CONNECTOR = `apiVersion: networking.datumapis.com/v1alpha1
kind: Connector
metadata: { name: home, namespace: default }
status:
  conditions: [{ type: Ready, status: "True" }]
  connectionDetails: { type: PublicKey, publicKey: { id: node-1 } }
`;

async function ask(texts: readonly string[], changes: Partial<PolicyStatus> = {}, published = ROUTE) {
  const result: { step: Awaited<ReturnType<typeof explainPolicy>> } = { step: null };
  await inDirectory(async (dir) => {
    const [policies, output] = [join(dir, "policy"), join(dir, "certgate.yaml")];
    await Deno.mkdir(policies);
    for (const [index, text] of texts.entries()) {
      await Deno.writeTextFile(join(policies, `${index}.yaml`), text);
    }
    await Deno.writeTextFile(output, published);
    result.step = await explainPolicy({
      status: samplePolicyStatus([samplePolicy("waf")], { directories: [policies], ...changes }),
      // The second of the Gateways that "eg" was split into.
      place: { namespace: "default", name: "eg-2", listener: "https-a" },
      gateway: { namespace: "default", name: "eg" },
      hostname: "a.test",
      output,
      baseDirectives: ["Include @base"],
    });
  });
  return result.step;
}

Deno.test("explainPolicy() says which policy of the Gateway governs a route, and that it is programmed", async () => {
  assert.deepEqual(await ask([policy("waf", "kind: Gateway, name: eg")]), {
    name: "policy",
    mark: "ok",
    evidence: [
      "HTTPRoute default/shop: policy default/waf governs it (Enforce, 6 directives, on Gateway eg), " +
      "programmed: generation 2",
    ],
  });
});

Deno.test("explainPolicy() tells rules apart where another policy governs one of them", async () => {
  const step = await ask([
    policy("waf", "kind: Gateway, name: eg"),
    policy("pay", "kind: HTTPRoute, name: shop, sectionName: pay"),
  ]);
  assert.equal(step?.mark, "attention");
  const [first, second] = step.evidence;
  assert.match(
    first,
    /^HTTPRoute default\/shop, rule 0 "pay": policy default\/pay .* not programmed: the running certgate does not know it$/,
  );
  assert.match(second, /^HTTPRoute default\/shop, rule 1: policy default\/waf /);
});

Deno.test("explainPolicy() says why a policy is not programmed, and that the firewall is off", async () => {
  const message = "The proxy has not taken it over yet.";
  const pending = samplePolicy("waf", {
    conditions: [sampleCondition("Programmed", { status: "False", reason: "Pending", message })],
  });
  const objects = [policy("waf", "kind: Gateway, name: eg")];
  const step = await ask(objects, { policies: [pending] });
  assert.equal(step?.mark, "attention");
  assert(step.evidence[0].endsWith(`not programmed: ${message}`));
  const off = await ask(objects, { waf: false });
  assert.equal(off?.mark, "attention");
  assert.match(off.evidence[0], /the firewall is off: nothing is inspected$/);
});

Deno.test("explainPolicy() says what clients of a connector get", async () => {
  const online = await ask([PROXY, CONNECTOR]);
  assert.deepEqual(online, {
    name: "policy",
    mark: "ok",
    evidence: [
      "HTTPRoute default/shop: no policy governs it",
      "HTTPRoute default/shop, rule 1: its connector is online: clients are led to 10.0.0.7:3000 by node node-1",
    ],
  });
  const offline = await ask([PROXY, CONNECTOR.replace('"True"', '"False"')]);
  assert.equal(offline?.mark, "attention");
  assert.match(
    offline.evidence[1],
    /rule 1: its connector is offline: clients get 503 with the text "Tunnel not online"$/,
  );
});

Deno.test("explainPolicy() tells of the page and of objects that are refused, and of no route at all", async () => {
  const step = await ask(
    [],
    { refused: 2, localReply: { page: "built-in", problem: "" } },
    "kind: Gateway\n",
  );
  assert.equal(step?.mark, "attention");
  assert.match(step.evidence[0], /^no HTTPRoute of \S+ answers a\.test there$/);
  assert.deepEqual(step.evidence.slice(1), [
    "2 policy objects are not used as they are written: certgate status",
    "answers that Envoy makes itself have the page that is built in",
  ]);
});

Deno.test("explainPolicy() says nothing where there is no local policy", async () => {
  const { objects } = samplePolicyStatus([]);
  assert.equal(await ask([], { objects, policies: [] }), null);
});

Deno.test("explainPolicy() does not call ungoverned what it cannot read", async () => {
  const step = await ask([], { directories: ["/nowhere/at/all"] });
  assert.equal(step?.mark, "unknown");
  assert.match(step.evidence.join("\n"), /\/nowhere\/at\/all/);
});
