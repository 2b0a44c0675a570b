/**
 * What people may write into annotations and listeners, and what has to hold of it:
 *
 * - planning never throws, and says the same for the same objects;
 * - an object whose annotations are bad changes nothing about the intents of the others, other than by the issuer that they
 *   inherit;
 * - every intent belongs to an object that is planned, no Secret has two, and its Certificate has a name and an issuer.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type IntentOptions, planIntents, toCertificate } from "../../lib/issuers/mod.ts";
import type { Json, JsonObject } from "../../lib/model/mod.ts";
import { objectOf } from "../fakes/gate_objects.ts";

const ISSUER = ["issuer", "cluster-issuer", "issuer-kind", "issuer-group"].map((key) =>
  `cert-manager.io/${key}`
);
const OTHERS = [
  ...["common-name", "alt-names", "ip-sans", "email-sans", "uri-sans", "duration", "renew-before", "usages"],
  ...["renew-before-percentage", "revision-history-limit", "private-key-algorithm", "private-key-size"],
  ...["private-key-encoding", "private-key-rotation-policy", "secret-template", "subject-organizations"],
  ...["subject-serialnumber", "ignore-tls-listeners"],
].map((key) => `cert-manager.io/${key}`);
const VALUES = [
  "",
  "a",
  "0",
  "7",
  "24h",
  "5m",
  "66",
  "RSA",
  "ECDSA",
  "256",
  "PKCS8",
  "Always",
  "any",
  "192.0.2.1",
  "{}",
];

const text: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
  { weight: 3, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom<Json>(null, 7, true, [], {}) },
);
const annotations = fc.dictionary(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...ISSUER) },
    fc.constantFrom(...OTHERS),
    fc.string({ maxLength: 5 }),
  ),
  text,
  { maxKeys: 5 },
);
const name = fc.constantFrom("a", "b", "c");
const wild: fc.Arbitrary<Json> = fc.constantFrom<Json>(null, "", 7, [], {}, [7], "x");

function orWild(arbitrary: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 15, arbitrary }, { weight: 1, arbitrary: wild });
}

const listener = fc.record({
  name: orWild(name),
  hostname: orWild(fc.constantFrom("a.example.com", "b.example.com", "192.0.2.1")),
  port: orWild(fc.constantFrom(443, 8443)),
  protocol: orWild(fc.constantFrom("HTTPS", "TLS", "HTTP")),
  tls: orWild(fc.record({
    mode: orWild(fc.constantFrom("Terminate", "Passthrough")),
    certificateRefs: orWild(fc.array(orWild(fc.record({ name: orWild(name) })), { maxLength: 2 })),
  }, { requiredKeys: ["certificateRefs"] })),
}, { requiredKeys: ["name", "protocol", "tls"] });

const kinds = [
  ["gateway.networking.k8s.io/v1", "Gateway"],
  ["gateway.networking.k8s.io/v1", "ListenerSet"],
  ["gateway.networking.x-k8s.io/v1alpha1", "XListenerSet"],
] as const;

const object: fc.Arbitrary<JsonObject> = fc.record({
  type: fc.constantFrom(...kinds),
  name,
  annotations,
  listeners: orWild(fc.array(orWild(listener), { maxLength: 3 })),
  parentRef: orWild(fc.record({ name })),
  allowedListeners: orWild(fc.constantFrom<Json>({ namespaces: { from: "All" } }, [{ from: "Same" }], null)),
}).map(({ type: [apiVersion, kind], name, annotations, ...spec }): JsonObject => (
  { apiVersion, kind, metadata: { name, namespace: "public", annotations }, spec }
));

const objects = fc.uniqueArray(object, {
  maxLength: 6,
  selector: ({ kind, metadata }) => `${kind} ${(metadata as JsonObject).name}`,
});
const options: fc.Arbitrary<IntentOptions> = fc.record({
  listenerSets: fc.constant(true),
  compat: fc.constantFrom("none" as const, "cert-manager" as const),
  deriveHostnames: fc.boolean(),
});

const runs = { numRuns: 1500 };
const plan = (values: readonly JsonObject[], options: IntentOptions) =>
  planIntents(values.map(objectOf), options);
const titleOf = ({ kind, namespace, name }: { kind: string; namespace: string; name: string }) =>
  `${kind} ${namespace}/${name}`;

Deno.test("planIntents() never throws, and no Secret has two intents", () => {
  fc.assert(
    fc.property(objects, options, (values, options) => {
      const { intents, objects } = plan(values, options);
      assert.deepEqual(plan(values, options).intents, intents);
      const planned = new Set(objects.filter(({ state }) => state === "planned").map(titleOf));
      const names = intents.map(({ namespace, name }) => `${namespace}/${name}`);
      assert.equal(new Set(names).size, names.length);
      for (const intent of intents) {
        assert(planned.has(titleOf(intent.owner)));
        const { metadata, spec } = toCertificate(intent) as { metadata: JsonObject; spec: JsonObject };
        assert.equal(metadata.name, spec.secretName);
        assert.notEqual((spec.issuerRef as JsonObject).name, "");
        const hosts = [...intent.dnsNames, ...intent.ipAddresses];
        assert(hosts.length > 0 && hosts.every((host) => typeof host === "string"));
      }
    }),
    runs,
  );
});

/** Annotations that are bad whatever else there is, and that nobody inherits. */
const spoiler = fc.constantFrom(
  ["cert-manager.io/duration", "90d"],
  ["cert-manager.io/usages", ""],
  ["cert-manager.io/secret-template", "{"],
  ["cert-manager.io/private-key-algorithm", "DSA"],
  ["cert-manager.io/revision-history-limit", "many"],
);

Deno.test("planIntents() keeps a bad annotation to its object", () => {
  fc.assert(
    fc.property(objects, options, fc.nat(), spoiler, (values, options, at, [key, value]) => {
      fc.pre(values.length > 0);
      const spoilt = values.map((one, index) => {
        if (index !== at % values.length) return one;
        const metadata = one.metadata as JsonObject;
        return {
          ...one,
          metadata: { ...metadata, annotations: { ...metadata.annotations as JsonObject, [key]: value } },
        };
      });
      const title = titleOf(objectOf(values[at % values.length], 0));
      const of = (values: readonly JsonObject[]) =>
        plan(values, options).intents.filter(({ owner }) => titleOf(owner) !== title);
      assert.deepEqual(of(spoilt), of(values));
      const after = plan(spoilt, options);
      assert.deepEqual(after.intents.filter(({ owner }) => titleOf(owner) === title), []);
    }),
    runs,
  );
});
