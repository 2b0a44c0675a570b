/**
 * What a plan of the gate promises for any resources and any pairs:
 *
 * 1. The same input gives an equal plan.
 * 2. What no rule concerns goes out as the very object that came in.
 * 3. A listener is withheld exactly where it is not in a published Gateway, and it says why.
 * 4. No published listener refers to a Secret that is not published, or that its Gateway may not use.
 * 5. No two published objects of a kind have one name, no two listeners of a Gateway have one name, no Gateway has none or
 *    more than 64, no route more than 32 parents; Envoy Gateway would take every object.
 * 6. What certgate withholds for its certificate comes back with it, and nothing else changes in the meantime.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { GatePlan, JsonObject, ObjectKey, PairState, ResourceObject } from "../../lib/model/mod.ts";
import { planGate } from "../../lib/gate/mod.ts";
import { checkObject } from "../../lib/resources/mod.ts";
import { objectOf, pairOf } from "../fakes/gate_objects.ts";

const GATEWAY_API = "gateway.networking.k8s.io";
const NAMESPACES = ["default", "team"] as const;
const SECRETS = ["a", "b", "c"] as const;
const WORDS = [
  "usable",
  "usable a.example.com",
  "held:key_mismatch",
  "expired",
  "key_mismatch",
  "not_yet_valid",
];

const namespace = fc.constantFrom(...NAMESPACES);
const hostname = fc.constantFrom("a.example.com", "b.example.com", "*.example.com", "c.other.com", undefined);
const reference = fc.record(
  { name: fc.constantFrom(...SECRETS), namespace: fc.constantFrom(...NAMESPACES) },
  { requiredKeys: ["name"] },
);

const listener = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ hostname, refs: fc.array(reference, { minLength: 1, maxLength: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ hostname, refs: fc.constant([]) }) },
).map(({ hostname, refs }): JsonObject => ({
  protocol: refs.length > 0 ? "HTTPS" : "HTTP",
  port: refs.length > 0 ? 443 : 80,
  ...(hostname === undefined ? {} : { hostname }),
  ...(refs.length > 0 ? { tls: { certificateRefs: refs } } : {}),
}));

const listeners = fc.array(listener, { minLength: 1, maxLength: 4 }).map((all) =>
  all.map((one, index): JsonObject => ({ name: `l${index}`, ...one }))
);

const gateway = fc.record({ namespace, listeners, from: fc.constantFrom("None", "Same", "All") });
const set = fc.record({ namespace, listeners, parent: fc.nat(2), at: namespace });
const route = fc.record({
  namespace,
  hostnames: fc.array(fc.constantFrom("a.example.com", "*.example.com", "d.example.com"), { maxLength: 2 }),
  parents: fc.uniqueArray(fc.record({ kind: fc.constantFrom("Gateway", "ListenerSet"), number: fc.nat(2) }), {
    minLength: 1,
    maxLength: 2,
    selector: ({ kind, number }) => `${kind}${number}`,
  }),
});

const world = fc.record({
  merged: fc.boolean(),
  granted: fc.boolean(),
  gateways: fc.array(gateway, { minLength: 1, maxLength: 3 }),
  sets: fc.array(set, { maxLength: 3 }),
  routes: fc.array(route, { maxLength: 3 }),
  words: fc.array(fc.constantFrom(...WORDS, undefined), { minLength: 6, maxLength: 6 }),
});
type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

function objectsOf({ merged, granted, gateways, sets, routes }: World): ResourceObject[] {
  const core = (kind: string, metadata: JsonObject, spec: JsonObject): JsonObject => ({
    apiVersion: `${GATEWAY_API}/${kind === "ReferenceGrant" ? "v1beta1" : "v1"}`,
    kind,
    metadata,
    spec,
  });
  const values: JsonObject[] = [
    core("GatewayClass", { name: "eg" }, {
      controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
      parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: "eg", namespace: "default" },
    }),
    {
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "EnvoyProxy",
      metadata: { name: "eg" },
      spec: { mergeGateways: merged },
    },
    ...gateways.map(({ namespace, listeners, from }, index) =>
      core("Gateway", { namespace, name: `g${index}` }, {
        gatewayClassName: "eg",
        allowedListeners: { namespaces: { from } },
        listeners,
      })
    ),
    ...sets.map(({ namespace, listeners, parent, at }, index) =>
      core("ListenerSet", { namespace, name: `s${index}` }, {
        parentRef: { name: `g${parent}`, namespace: at },
        listeners,
      })
    ),
    ...routes.map(({ namespace, hostnames, parents }, index) =>
      core("HTTPRoute", { namespace, name: `r${index}` }, {
        ...(hostnames.length > 0 ? { hostnames } : {}),
        parentRefs: parents.map(({ kind, number }) => ({
          group: GATEWAY_API,
          kind,
          name: `${kind[0].toLowerCase().replace("l", "s")}${number}`,
        })),
      })
    ),
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "page" }, data: { text: "x" } },
  ];
  if (granted) {
    values.push(core("ReferenceGrant", { namespace: "team", name: "granted" }, {
      from: [{ group: GATEWAY_API, kind: "Gateway", namespace: "default" }],
      to: [{ group: "", kind: "Secret" }],
    }));
  }
  return values.map(objectOf);
}

function pairsOf(words: World["words"]): Map<ObjectKey, PairState> {
  const keys = NAMESPACES.flatMap((namespace) => SECRETS.map((name): ObjectKey => `${namespace}/${name}`));
  const found = keys.flatMap((key, index) => {
    const word = words[index];
    return word === undefined ? [] : [[key, pairOf(key, word)] as const];
  });
  return new Map(found);
}

function plan(objects: readonly ResourceObject[], pairs: ReadonlyMap<ObjectKey, PairState>): GatePlan {
  const options = { neverGate: [], nameCoverage: "warn", certState: true, listenerSets: true } as const;
  return planGate({ objects, pairs, nudge: 0, now: 0, options });
}

const list = (value: unknown): readonly JsonObject[] => (value ?? []) as readonly JsonObject[];
const specOf = (value: JsonObject): JsonObject => (value.spec ?? {}) as JsonObject;
const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;
const gatewaysOf = ({ objects }: GatePlan) => objects.filter(({ kind }) => kind === "Gateway");
const listenersOf = (value: JsonObject) => list(specOf(value).listeners);

function publishedKeys(plan: GatePlan): string[] {
  return gatewaysOf(plan).flatMap((one) => listenersOf(one.value).map(({ name }) => `${keyOf(one)} ${name}`));
}

function assertUnnamed(objects: readonly ResourceObject[], { objects: published }: GatePlan): void {
  const going = new Set(published.map(({ value }) => value));
  for (const { kind, value } of objects) {
    if (kind !== "Gateway" && kind !== "ListenerSet" && kind !== "HTTPRoute") {
      assert.ok(going.has(value), kind);
    }
  }
}

function assertSecrets({ objects, ...plan }: GatePlan): void {
  const secrets = new Set(objects.filter(({ kind }) => kind === "Secret").map(keyOf));
  const grants = objects.filter(({ kind }) => kind === "ReferenceGrant");
  const isGranted = (from: string, namespace: string, name: unknown) =>
    grants.some(({ namespace: where, value }) =>
      where === namespace && list(specOf(value).from).some((one) => one.namespace === from) &&
      list(specOf(value).to).some((one) => one.name === undefined || one.name === name)
    );
  for (const { namespace: home, value } of gatewaysOf({ objects, ...plan })) {
    for (const { tls } of listenersOf(value)) {
      for (const { namespace = home, name } of list((tls as JsonObject | undefined)?.certificateRefs)) {
        assert.ok(secrets.has(`${namespace}/${name}`), `${namespace}/${name} is published`);
        assert.ok(
          namespace === home || isGranted(home, String(namespace), name),
          `${home} may use ${namespace}/${name}`,
        );
      }
    }
  }
}

function assertTakeable({ objects }: GatePlan): void {
  const names = objects.map((one) => `${one.kind} ${keyOf(one)}`);
  assert.equal(new Set(names).size, names.length);
  for (const { kind, value } of objects) {
    assert.deepEqual(checkObject(value), []);
    if (kind === "Gateway") assert.ok(listenersOf(value).length > 0);
  }
}

Deno.test("planGate() keeps its promises for any resources and pairs", () => {
  fc.assert(
    fc.property(world, (world) => {
      const objects = objectsOf(world), pairs = pairsOf(world.words);
      const first = plan(objects, pairs);
      assert.deepEqual(plan(objectsOf(world), pairsOf(world.words)), plan(objectsOf(world), pairs));
      assertUnnamed(objects, first);
      assertSecrets(first);
      assertTakeable(first);
      const said = first.listeners.flatMap(({ published }) =>
        published ? [`${keyOf(published)} ${published.listener}`] : []
      );
      assert.deepEqual(said.sort(), publishedKeys(first).sort());
      for (const one of first.listeners) {
        assert.equal(one.published === null, one.problem !== null || one.reason !== "Usable");
        assert.ok(one.published !== null || one.message !== "");
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("planGate() takes out with a pair only what has no other, and gives it back with the pair", () => {
  fc.assert(
    fc.property(world, fc.nat(5), (world, which) => {
      const all = world.words.map(() => "usable");
      const one = world.words.map((_word, index) => index === which ? "expired" : "usable");
      const objects = objectsOf(world);
      const good = plan(objects, pairsOf(all)), bad = plan(objects, pairsOf(one));
      const key = [...pairsOf(all).keys()][which];
      good.listeners.forEach((before, index) => {
        const after = bad.listeners[index];
        if (!before.secrets.some((secret) => keyOf(secret) === key)) return assert.deepEqual(after, before);
        assert.equal(after.problem, before.problem);
        assert.deepEqual(
          after.published,
          before.secrets.every((secret) => keyOf(secret) === key) ? null : before.published,
        );
      });
      assert.deepEqual(plan(objects, pairsOf(all)), good);
    }),
    { numRuns: 100 },
  );
});
