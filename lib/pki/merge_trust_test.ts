import assert from "node:assert/strict";
import { makeAuthority } from "./make_authority.ts";
import { mergeTrust } from "./merge_trust.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const NOTHING = new Uint8Array();

async function authority(from: number, end: number): Promise<Uint8Array> {
  const wanted = {
    commonName: "envoy-gateway",
    notBefore: NOW + from * DAY,
    end: NOW + end * DAY,
    key: "ecdsa",
  };
  return (await makeAuthority({ ...wanted, key: "ecdsa" })).certificate;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const join = (...parts: (Uint8Array | string)[]) =>
  new TextEncoder().encode(parts.map((part) => typeof part === "string" ? part : text(part)).join(""));

const [n, a, b, expired, future] = await Promise.all([
  authority(-1, 365),
  authority(-100, 100),
  authority(-200, 50),
  authority(-300, -1),
  authority(1, 100),
]);

const DAMAGED = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

// The rows of the rule: old bundle, what becomes of it beside the new authority, how many warnings.
const ROWS: readonly [name: string, old: Uint8Array, result: Uint8Array, warnings: number][] = [
  ["nothing", NOTHING, n, 0],
  ["one that is valid", a, join(n, a), 0],
  ["one that is expired", expired, n, 0],
  ["two that are valid", join(a, b), join(n, a), 0],
  ["one that is expired and a valid one", join(expired, b), join(n, b), 0],
  ["the new one and another", join(n, a), join(n, a), 0],
  ["one twice", join(a, a), join(n, a), 0],
  ["rubbish and one that is valid", join("rubbish\n", DAMAGED, a), join(n, a), 1],
  ["one that is not valid yet", future, join(n, future), 0],
];

for (const [name, old, result, warnings] of ROWS) {
  Deno.test(`mergeTrust() makes the bundle of a rotation over ${name}`, () => {
    const merged = mergeTrust([n, old], { now: NOW, cap: 2 });
    assert.equal(text(merged.bundle), text(result));
    assert.equal(merged.warnings.length, warnings);
  });
}

Deno.test("mergeTrust() compares by what is in a certificate, not by how it is written", () => {
  const body = text(a).split("\n").filter((line) => line !== "" && !line.startsWith("-----")).join("");
  const rewritten = `-----BEGIN CERTIFICATE-----\n${
    body.match(/.{1,40}/g)!.join("\r\n")
  }\r\n-----END CERTIFICATE-----\n`;
  const merged = mergeTrust([a, join(rewritten)], { now: NOW });
  assert.equal(merged.members.length, 1);
  assert.deepEqual(merged.leftOut.map(({ why }) => why), ["duplicate"]);
});

Deno.test("mergeTrust() says what it left out and why", () => {
  const merged = mergeTrust([n, join(expired, a, b)], { now: NOW, cap: 2 });
  assert.deepEqual(merged.leftOut.map(({ why }) => why), ["expired", "over the cap"]);
  assert.equal(merged.members.length, 2);
});

Deno.test("mergeTrust() drops nothing of the first bundle for its dates", () => {
  assert.equal(mergeTrust([expired], { now: NOW }).members.length, 1);
});

Deno.test("mergeTrust() finds what stands behind a block that was cut off", () => {
  const cut = text(a).slice(0, 200);
  const merged = mergeTrust([n, join(cut, "\n", b, cut)], { now: NOW, cap: 2 });
  assert.equal(text(merged.bundle), text(join(n, b)));
  assert.equal(merged.warnings.length, 2);
});

Deno.test("mergeTrust() takes no longer per byte for many blocks without an end", () => {
  const BEGIN = "-----BEGIN CERTIFICATE-----\n";
  const begun = performance.now();
  // 27 megabytes: a search for the end from each beginning would take minutes.
  const merged = mergeTrust([n, join(BEGIN.repeat(1_000_000))], { now: NOW, cap: 2 });
  assert.equal(merged.members.length, 1);
  assert(performance.now() - begun < 10_000);
});
