import assert from "node:assert/strict";
import { makePlaceholderBundle, readPlaceholderBundle } from "./make_placeholder_bundle.ts";
import { makeSelfSigned } from "./make_self_signed.ts";
import { readTrust } from "./read_trust.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const both = text(makePlaceholderBundle("default/clients")) + text(makePlaceholderBundle("edge/partners"));

async function realAuthority(commonName: string): Promise<string> {
  const made = await makeSelfSigned({ commonName, now: Date.UTC(2026, 10, 21), days: 90, isCa: true });
  return text(made.certificate);
}

Deno.test("makePlaceholderBundle() makes an authority that loads, the same each time, another for another name", () => {
  const one = makePlaceholderBundle("default/clients");
  const { problem, members: [{ facts }] } = readTrust(one);
  assert.equal(problem, null);
  assert.equal(facts.isCa, true);
  assert.equal(text(one), text(makePlaceholderBundle("default/clients")));
  assert.notEqual(text(one), text(makePlaceholderBundle("default/others")));
});

Deno.test("readPlaceholderBundle() finds the names in their order, of any length", () => {
  const long = `default/${"x".repeat(250)}`;
  const found = readPlaceholderBundle(bytes(both + text(makePlaceholderBundle(long))));
  assert.deepEqual([found?.names, found?.pure], [["default/clients", "edge/partners", long], true]);
});

Deno.test("readPlaceholderBundle() says where there is something else beside the placeholders", async () => {
  const real = await realAuthority("real");
  assert.equal(readPlaceholderBundle(bytes(both + real))?.pure, false);
  assert.equal(readPlaceholderBundle(bytes(both + "-----BEGIN CERTIFICATE-----\n"))?.pure, false);
  assert.equal(readPlaceholderBundle(bytes(real)), null);
});

Deno.test("readPlaceholderBundle() does not take for one what only calls itself so", async () => {
  const real = await realAuthority("default/clients");
  assert.equal(readPlaceholderBundle(bytes(real)), null);
  const lines = text(makePlaceholderBundle("default/clients")).split("\n");
  lines[5] = `${lines[5][0] === "A" ? "B" : "A"}${lines[5].slice(1)}`;
  assert.equal(readPlaceholderBundle(bytes(lines.join("\n"))), null);
});

Deno.test("readPlaceholderBundle() splices the real ones in and leaves every other byte", async () => {
  const [first, second, other] = await Promise.all(["first", "second", "other"].map(realAuthority));
  const mixed = readPlaceholderBundle(bytes(`# head\n${both}${other}# tail`))!;
  const of = (name: string) => bytes(name === "default/clients" ? first.trimEnd() : second);
  assert.equal(text(mixed.splice(of)!), `# head\n${first}${second}${other}# tail`);
  assert.equal(mixed.splice((name) => name === "default/clients" ? bytes(first) : null), null);
});
