import assert from "node:assert/strict";
import { objectOf } from "../../tests/fakes/gate_objects.ts";
import type { Json, JsonObject } from "../model/mod.ts";
import { type Intent, planIntents } from "./mod.ts";

const PREFIX = "cert-manager.io/";

/** What becomes of a Gateway with these annotations: its intent, or what is wrong, without the beginning of the message. */
function planned(annotations: Readonly<Record<string, Json>>): Intent | string[] {
  const keys = Object.entries(annotations).map(([key, value]) => [`${PREFIX}${key}`, value]);
  const gateway: JsonObject = {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: {
      name: "edge",
      namespace: "public",
      annotations: { [`${PREFIX}issuer`]: "a", ...Object.fromEntries(keys) },
    },
    spec: {
      gatewayClassName: "eg",
      listeners: [{
        name: "www",
        hostname: "www.example.com",
        port: 443,
        protocol: "HTTPS",
        tls: { certificateRefs: [{ name: "www-tls" }] },
      }],
    },
  };
  const { intents, findings, objects } = planIntents([objectOf(gateway, 0)]);
  const bad = findings.filter(({ severity }) => severity === "bad");
  assert.equal(intents.length === 0, bad.length > 0);
  assert.equal(objects[0].state, bad.length > 0 ? "bad" : "planned");
  for (const { message, hint } of bad) {
    assert.match(
      message,
      /^Cannot plan certificates for Gateway "public\/edge": annotation "cert-manager.io\//,
    );
    assert(message.length < 300 && hint.length < 500, message);
  }
  return intents[0] ?? bad.map(({ message }) => message.replace(/^.*?: annotation "cert-manager.io\//, '"'));
}

const good = (annotations: Readonly<Record<string, Json>>): Intent => {
  const result = planned(annotations);
  assert(!Array.isArray(result), String(result));
  return result;
};

/** The value of each key that is bad, and what is said of it. */
const BAD: readonly [key: string, value: string, why: string][] = [
  ["common-name", "a".repeat(65), "65 bytes are too many"],
  ["common-name", "ä".repeat(33), "66 bytes are too many"],
  ["ip-sans", "192.0.2.1, 192.0.2.2", '" 192.0.2.2" is no IP address'],
  ["ip-sans", "192.0.2.01", '"192.0.2.01" is no IP address'],
  ["ip-sans", "192.0.2.1,", '"" is no IP address'],
  ["ip-sans", "fe80::1%eth0", '"fe80::1%eth0" is no IP address'],
  ["email-sans", "", '"" is no address of e-mail'],
  ["email-sans", "Ops <ops@example.com>", '"Ops <ops@example.com>" is no address of e-mail'],
  ["email-sans", "a@example.com, b@example.com", '" b@example.com" is no address of e-mail'],
  ["subject-organizations", "", "there is no value in it"],
  ["subject-countries", 'D"E', "it is not one line of comma-separated values"],
  ["subject-provinces", '"a', "it is not one line of comma-separated values"],
  ["subject-localities", "a\nb", "it is not one line of comma-separated values"],
  ["subject-postalcodes", '"a" ,b', "it is not one line of comma-separated values"],
  ["subject-streetaddresses", '"a"b', "it is not one line of comma-separated values"],
  ["subject-organizationalunits", "\n", "it is not one line of comma-separated values"],
  ["duration", "59m59.999999999s", "it is too short"],
  ["duration", "-2h", "it is too short"],
  ["duration", "90d", "it is no duration"],
  ["duration", "1 h", "it is no duration"],
  ["duration", "2160", "it is no duration"],
  ["duration", "", "it is no duration"],
  ["duration", "2562048h", "it is no duration"],
  ["renew-before", "4m59s", "it is too short"],
  ["renew-before", "2160h", "it has to be less than the duration 2160h0m0s"],
  ["renew-before-percentage", "66%", "it is no whole number"],
  ["renew-before-percentage", "2147483648", "it is no whole number"],
  ["renew-before-percentage", "100", "that leaves less than 5 minutes"],
  ["renew-before-percentage", "0", "that is the whole duration or more"],
  ["usages", "", 'there is no usage ""'],
  ["usages", "server auth,\tclient auth", 'there is no usage "\\tclient auth"'],
  ["usages", "Server Auth", 'there is no usage "Server Auth"'],
  ["revision-history-limit", "0", "it is no number of requests"],
  ["revision-history-limit", "1.5", "it is no number of requests"],
  ["revision-history-limit", "2147483648", "it is no number of requests"],
  ["private-key-algorithm", "rsa", "it is none of the words that are known here"],
  ["private-key-algorithm", "", "it is none of the words that are known here"],
  ["private-key-encoding", "pkcs8", "it is none of the words that are known here"],
  ["private-key-rotation-policy", "always", "it is none of the words that are known here"],
  ["private-key-size", "2047", "RSA keys of this size are not made"],
  ["private-key-size", "8193", "RSA keys of this size are not made"],
  ["private-key-size", "0x800", "it is no whole number"],
  ["secret-template", "", "it is no JSON"],
  ["secret-template", "{} {}", "it is no JSON"],
  ["secret-template", "[]", "it is no object of JSON"],
  ["secret-template", '{"data": {}}', 'there is no member "data"'],
  ["secret-template", '{"labels": {"a": 1}}', '"labels" is no map of texts'],
  ["secret-template", '{"labels": []}', '"labels" is no map of texts'],
  ["secret-template", '{"labels": {"a b": ""}}', '"a b" is not the name of a label'],
  ["secret-template", '{"labels": {"a": "-"}}', '"-" is not the value of a label'],
  ["secret-template", '{"annotations": {"a/b/c": ""}}', '"a/b/c" is not the name of an annotation'],
  [
    "secret-template",
    '{"annotations": {"cert-manager.io/allow-direct-injection": "true"}}',
    'annotation "cert-manager.io/allow-direct-injection" is cert-manager\'s own to set',
  ],
];

Deno.test("planIntents() refuses every value that is out of bounds, with the annotation and the reason", async (test) => {
  for (const [key, value, why] of BAD) {
    await test.step(`${key} ${value.slice(0, 30)}`, () => {
      const result = planned({ [key]: value });
      assert(Array.isArray(result), `${key} was taken`);
      assert.deepEqual(result.map((text) => text.replace(/^"[^"]+" is "(\\.|[^"\\])*": /, "")), [why]);
      assert.equal(result[0].startsWith(`"${key}" is `), true, result[0]);
    });
  }
});

Deno.test("planIntents() takes values at the bounds", () => {
  assert.equal(good({ "common-name": "a".repeat(64) }).commonName.length, 64);
  assert.equal(good({ duration: "1h" }).duration?.text, "1h0m0s");
  assert.equal(good({ duration: "2562047h47m16.854775807s" }).duration?.text, "2562047h47m16.854775807s");
  assert.equal(good({ duration: "1.5h" }).duration?.milliseconds, 5_400_000);
  assert.equal(good({ "renew-before": "5m" }).renewBefore?.text, "5m0s");
  assert.equal(good({ "renew-before": "2159h59m59.999s" }).renewBefore?.text, "2159h59m59.999s");
  assert.equal(good({ duration: "1h40m", "renew-before-percentage": "95" }).renewBeforePercentage, 95);
  assert.equal(good({ "renew-before-percentage": "+1" }).renewBeforePercentage, 1);
  assert.equal(good({ "revision-history-limit": "1" }).revisionHistoryLimit, 1);
  assert.equal(good({ "private-key-size": "2048" }).privateKey?.size, 2048);
  assert.equal(good({ "private-key-size": "8192" }).privateKey?.size, 8192);
  for (const size of [256, 384, 521]) {
    const key = { "private-key-algorithm": "ECDSA", "private-key-size": String(size) };
    assert.deepEqual(good(key).privateKey, { algorithm: "ECDSA", size });
  }
  assert.equal(good({ "private-key-algorithm": "Ed25519", "private-key-size": "-1" }).privateKey?.size, -1);
  assert.deepEqual(good({ "email-sans": "a+b@example.com,ü@example.com" }).emailAddresses.length, 2);
  assert.deepEqual(good({ "secret-template": "null" }).secretTemplate, null);
  assert.deepEqual(good({ "secret-template": '{"LABELS":{"a":null},"annotations":null}' }).secretTemplate, {
    labels: { a: "" },
  });
});

Deno.test("planIntents() judges values that belong together", () => {
  assert.deepEqual(planned({ "private-key-algorithm": "ECDSA", "private-key-size": "2048" }), [
    '"private-key-size" is "2048": ECDSA keys of this size are not made',
  ]);
  assert.deepEqual(planned({ duration: "2h", "renew-before": "2h" }), [
    '"renew-before" is "2h": it has to be less than the duration 2h0m0s',
  ]);
  assert.deepEqual(planned({ duration: "1h", "renew-before-percentage": "95" }), [
    '"renew-before-percentage" is "95": that leaves less than 5 minutes',
  ]);
  assert.deepEqual(planned({ "renew-before": "1h", "renew-before-percentage": "50" }), [
    '"renew-before-percentage" is "50": it cannot stand with "cert-manager.io/renew-before"',
  ]);
});

Deno.test("planIntents() replaces usages, appends names, and leaves out what is empty", () => {
  const intent = good({
    usages: " server auth ,client auth",
    "alt-names": "b.example.com,b.example.com",
    "ip-sans": "::1",
  });
  assert.deepEqual(intent.usages, ["server auth", "client auth"]);
  assert.deepEqual(intent.dnsNames, ["www.example.com", "b.example.com", "b.example.com"]);
  assert.deepEqual(intent.ipAddresses, ["::1"]);
  const empty = good({ "alt-names": "", "ip-sans": "", "common-name": "", "subject-serialnumber": "" });
  assert.deepEqual([empty.dnsNames, empty.ipAddresses, empty.subject], [["www.example.com"], [], null]);
  assert.deepEqual(empty.usages, ["digital signature", "key encipherment"]);
});

Deno.test("planIntents() reads a subject as CSV with quotes", () => {
  const { subject } = good({
    "subject-organizations": '"Example, Inc.","say ""hi"""\n',
    "subject-streetaddresses": '"1\r\n2", left',
    "subject-countries": "DE,",
  });
  assert.deepEqual(subject, {
    organizations: ["Example, Inc.", 'say "hi"'],
    streetAddresses: ["1\n2", " left"],
    countries: ["DE", ""],
  });
});

Deno.test("planIntents() refuses an annotation that is no text", () => {
  assert.deepEqual(planned({ "revision-history-limit": 7 }), ['"revision-history-limit" is no text']);
  assert.deepEqual(planned({ "issuer-group": 7 }), ['"issuer-group" is no text']);
});
