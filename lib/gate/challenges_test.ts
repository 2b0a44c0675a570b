import assert from "node:assert/strict";
import { objectsOf, planOf } from "../../tests/fakes/gate_objects.ts";
import { checkObject } from "../resources/mod.ts";
import type { GatePlan, HttpChallenge, JsonObject } from "../model/mod.ts";

const challenge = (hostname: string, owner: HttpChallenge["owner"] = "default/edge"): HttpChallenge => ({
  hostname,
  token: `token-of-${hostname}`,
  keyAuthorization: `answer for ${hostname}`,
  owner,
});

const http = (name: string, port: number, more = "") =>
  `    - { name: ${name}, protocol: HTTP, port: ${port}${more === "" ? "" : `, ${more}`} }\n`;

const gateway = (listeners: string, name = "edge", namespace = "default", more = "") => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  gatewayClassName: eg
${more}  listeners:
${listeners}---
`;

const route = (name: string, parent: string, hostnames = "", kind = "HTTPRoute", namespace = "default") => `
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  parentRefs: [${parent}]
${hostnames === "" ? "" : `  hostnames: [${hostnames}]\n`}---
`;

const plan = (text: string, challenges: readonly HttpChallenge[], words = {}) =>
  planOf(objectsOf(text), words, { listenerSets: true }, { challenges });

/** Of each proof's route: its parent's name and listener, and its hostnames. */
function places({ objects }: GatePlan): string[] {
  const routes = objects.filter(({ kind, name }) =>
    kind === "HTTPRoute" && name.startsWith("certgate-acme-")
  );
  return routes.map(({ namespace, value }) => {
    const spec = value.spec as { parentRefs: JsonObject[]; hostnames?: string[] };
    const [parent] = spec.parentRefs;
    return `${namespace}: ${parent.namespace}/${parent.name} ${parent.sectionName} ${spec.hostnames ?? "*"}`;
  });
}

const problems = ({ challenges }: GatePlan) =>
  challenges.map(({ problem }) => problem).filter((problem) => problem !== "");

Deno.test("planGate() answers a proof with a route of its own that Envoy Gateway takes", () => {
  const text = gateway(http("web", 80)) + route("all", "{ name: edge }");
  const bare = plan(text, []);
  const made = plan(text, [challenge("a.example.com")]);
  const added = made.objects.filter(({ name }) => name.startsWith("certgate-acme-"));
  assert.deepEqual(added.map(({ kind }) => kind), ["HTTPRouteFilter", "HTTPRoute"]);
  for (const { value } of added) assert.deepEqual(checkObject(value), []);
  assert.deepEqual(added.map(({ value }) => value.spec), [
    {
      directResponse: {
        contentType: "text/plain",
        statusCode: 200,
        body: { type: "Inline", inline: "answer for a.example.com" },
      },
    },
    {
      parentRefs: [{
        group: "gateway.networking.k8s.io",
        kind: "Gateway",
        namespace: "default",
        name: "edge",
        sectionName: "web",
      }],
      rules: [{
        matches: [{
          path: { type: "Exact", value: "/.well-known/acme-challenge/token-of-a.example.com" },
        }],
        filters: [{
          type: "ExtensionRef",
          extensionRef: { group: "gateway.envoyproxy.io", kind: "HTTPRouteFilter", name: added[0].name },
        }],
      }],
    },
  ]);
  const others = made.objects.filter(({ kind, name }) =>
    kind !== "CertState" && !name.startsWith("certgate-")
  );
  assert.deepEqual(others, bare.objects.filter(({ kind }) => kind !== "CertState"), "nothing else changes");
  assert.notEqual(made.gateways[0].revision, bare.gateways[0].revision, "the revision covers it");
  assert.equal(plan(text, []).gateways[0].revision, bare.gateways[0].revision);
});

Deno.test("planGate() puts a proof into the virtual host that has the name already", () => {
  const text = gateway(http("web", 80) + http("own", 80, "hostname: own.example.com")) +
    route("all", "{ name: edge, sectionName: web }") +
    route("wild", "{ name: edge, sectionName: web }", '"*.wild.example.com"') +
    route("one", "{ name: edge, sectionName: web }", "one.example.com") +
    route("grpc", "{ name: edge, sectionName: web }", "grpc.example.com", "GRPCRoute") +
    route("own", "{ name: edge, sectionName: own }") +
    // None of these is on a listener that has the name.
    route("elsewhere", "{ name: other }", "none.example.com") +
    route("away", "{ name: edge, namespace: default }", "none.example.com", "HTTPRoute", "away") +
    route("tcp", "{ name: edge }", "none.example.com", "TCPRoute");
  const found = (hostname: string) => places(plan(text, [challenge(hostname)]));
  assert.deepEqual(found("none.example.com"), ["default: default/edge web *"]);
  assert.deepEqual(found("a.wild.example.com"), ["default: default/edge web *.wild.example.com"]);
  assert.deepEqual(found("one.example.com"), ["default: default/edge web one.example.com"]);
  assert.deepEqual(found("grpc.example.com"), ["default: default/edge web grpc.example.com"]);
  assert.deepEqual(found("own.example.com"), ["default: default/edge own own.example.com"]);
});

Deno.test("planGate() gives a name a virtual host of its own only where none has it", () => {
  const text = gateway(http("web", 80) + http("narrow", 80, 'hostname: "*.example.com"')) +
    route("one", "{ name: edge }", "one.example.com");
  assert.deepEqual(places(plan(text, [challenge("a.example.com")])), [
    "default: default/edge narrow a.example.com",
  ]);
  assert.deepEqual(places(plan(text, [challenge("192.0.2.1")])), ["default: default/edge web *"]);
});

Deno.test("planGate() answers proofs on port 80, and elsewhere only where there is none", () => {
  const [eighty, high] = [http("web", 80), http("high", 8080)];
  const found = (listeners: string) => places(plan(gateway(listeners), [challenge("a.example.com")]));
  assert.deepEqual(found(high + eighty), ["default: default/edge web a.example.com"]);
  const two = plan(gateway(high + http("higher", 8081)), [challenge("a.example.com")]);
  assert.deepEqual(places(two), [
    "default: default/edge high a.example.com",
    "default: default/edge higher a.example.com",
  ]);
  assert.deepEqual(two.challenges.map(({ ports }) => ports), [[8080, 8081]]);
  const names = two.objects.map(({ kind, name }) => `${kind} ${name}`);
  assert.equal(new Set(names).size, names.length, "each object has a name of its own");
});

Deno.test("planGate() answers a proof at another Gateway that takes routes of its namespace", () => {
  const secure = gateway(http("https", 443).replace("HTTP,", "HTTPS,"), "edge", "team");
  const open = "allowedRoutes: { namespaces: { from: All } }";
  const owner = "team/edge" as const;
  const found = (more: string) =>
    plan(secure + gateway(http("plain", 80, more), "front"), [challenge("a.example.com", owner)]);
  assert.deepEqual(places(found(open)), ["team: default/front plain a.example.com"]);
  assert.deepEqual(problems(found("")), [
    'Gateway "team/edge" has no HTTP listener for a.example.com: add one on port 80',
  ]);
});

Deno.test("planGate() answers proofs of a ListenerSet at its Gateway, and at its own listeners", () => {
  const takes = "  allowedListeners: { namespaces: { from: All } }\n";
  const set = `
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: shop, namespace: team }
spec:
  parentRef: { name: edge, namespace: default }
  listeners:
    - { name: plain, protocol: HTTP, port: 80, hostname: shop.example.com }
`;
  const made = plan(gateway(http("web", 80), "edge", "default", takes) + set, [
    challenge("shop.example.com", "team/shop"),
    challenge("other.example.com", "team/shop"),
    challenge("lost.example.com", "team/lost"),
  ]);
  assert.deepEqual(places(made), [
    "default: default/edge plain.shop.team shop.example.com",
    "default: default/edge web other.example.com",
  ]);
  assert.deepEqual(problems(made), ['there is no Gateway for "team/lost" any more']);
});

Deno.test("planGate() says why no listener can answer a proof", () => {
  const because = (listeners: string) => problems(plan(gateway(listeners), [challenge("a.example.com")]));
  const none = 'Gateway "default/edge" has no HTTP listener for a.example.com: add one on port 80';
  assert.deepEqual(because(http("b", 80, "hostname: b.example.com")), [none]);
  assert.deepEqual(because(http("tcp", 80).replace("HTTP,", "TCP,")), [none]);
  const of = 'listener "web" of Gateway "default/edge"';
  assert.deepEqual(because(http("web", 80, "allowedRoutes: { kinds: [{ kind: GRPCRoute }] }")), [
    `${of} takes no HTTPRoutes (allowedRoutes.kinds)`,
  ]);
  assert.deepEqual(because(http("web", 80, "allowedRoutes: { namespaces: { from: Selector } }")), [
    `${of} chooses routes by labels, which Envoy Gateway loses when it reads files (allowedRoutes)`,
  ]);
  assert.deepEqual(because(http("web", 80, "allowedRoutes: { namespaces: { from: None } }")), [
    `${of} takes no routes of namespace "default" (allowedRoutes)`,
  ]);
});

Deno.test("planGate() keeps policies for a whole Gateway away from proofs", () => {
  const policy = (kind: string) => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: ${kind}
metadata: { name: all }
spec: { targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: edge }] }
---
`;
  const made = plan(
    gateway(http("web", 80)) + policy("SecurityPolicy") + policy("ClientTrafficPolicy"),
    [challenge("a.example.com")],
  );
  const added = made.objects.filter(({ name }) => name.startsWith("certgate-acme-"));
  assert.deepEqual(added.map(({ kind }) => kind), ["HTTPRouteFilter", "HTTPRoute", "SecurityPolicy"]);
  assert.deepEqual(added[2].value.spec, {
    targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: added[1].name }],
  });
  assert.deepEqual(checkObject(added[2].value), []);
});
