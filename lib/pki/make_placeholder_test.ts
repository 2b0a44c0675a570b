import assert from "node:assert/strict";
import { makeSelfSigned } from "./make_self_signed.ts";
import { isPlaceholder, makePlaceholder } from "./make_placeholder.ts";
import { readFacts } from "./read_facts.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const NOW = Date.UTC(2026, 10, 21);

Deno.test("makePlaceholder() makes a pair that loads, for these names and from 2020 to 2120", () => {
  const { certificate, key } = makePlaceholder({ names: ["www.example.com", "*.example.org"] });
  const { problem, certificates: [leaf] } = readFacts({ certificate, key });
  assert.equal(problem, null);
  assert.deepEqual(leaf.names, ["*.example.org", "www.example.com"]);
  assert.equal(leaf.curve, "P-256");
  assert.deepEqual([leaf.notBefore, leaf.notAfter], [Date.UTC(2020, 0, 1), Date.UTC(2120, 0, 1)]);
});

Deno.test("makePlaceholder() gives the same bytes for the same names, in whatever order they are", () => {
  const one = makePlaceholder({ names: ["b.example.com", "a.example.com", "A.example.com"] });
  const other = makePlaceholder({ names: ["a.example.com", "b.example.com"] });
  assert.equal(text(one.certificate), text(other.certificate));
  assert.equal(text(one.key.open()), text(other.key.open()));
  assert.notEqual(text(one.certificate), text(makePlaceholder({ names: ["a.example.com"] }).certificate));
});

Deno.test("makePlaceholder() leaves out what is no DNS name, and has a name of its own where none is left", () => {
  const names = ["10.0.0.1", "2001:db8::1", "bücher.example", "", "a b"];
  const { certificate, key } = makePlaceholder({ names });
  const { problem, certificates: [leaf] } = readFacts({ certificate, key });
  assert.equal(problem, null);
  assert.deepEqual(leaf.names, ["placeholder.certgate.invalid"]);
});

Deno.test("isPlaceholder() knows a placeholder of any names, with text around it and other line ends", () => {
  for (const names of [[], ["a.example.com"], Array.from({ length: 300 }, (_, at) => `h${at}.example.com`)]) {
    const pem = text(makePlaceholder({ names }).certificate);
    for (const form of [pem, `# a note\n${pem}`, pem.replaceAll("\n", "\r\n")]) {
      assert.equal(isPlaceholder(new TextEncoder().encode(form)), true, form);
    }
  }
});

Deno.test("isPlaceholder() is not taken in by names, nor by the letters that it looks for first", async () => {
  const commonName = "placeholder, never to be served";
  const named = await makeSelfSigned({ commonName, names: ["www.example.com"], now: NOW, days: 90 });
  assert.equal(isPlaceholder(named.certificate), false);
  const placeholder = text(makePlaceholder({ names: ["www.example.com"] }).certificate);
  const real = text(named.certificate);
  // Its first certificate decides: a placeholder behind it is nobody's.
  assert.equal(isPlaceholder(new TextEncoder().encode(real + placeholder)), false);
  const inText = `${placeholder.replaceAll("-----", "=====")}\n${real}`;
  assert.equal(isPlaceholder(new TextEncoder().encode(inText)), false);
});

Deno.test("isPlaceholder() says no to one with another public key, and to bytes that are no certificate", () => {
  const lines = text(makePlaceholder({ names: ["www.example.com"] }).certificate).split("\n");
  // The key stands in the middle of the certificate.
  for (let line = 2; line < 8; line++) {
    const changed = [...lines];
    changed[line] = changed[line][0] === "A" ? `B${changed[line].slice(1)}` : `A${changed[line].slice(1)}`;
    const pem = new TextEncoder().encode(changed.join("\n"));
    if (line < 6) assert.equal(isPlaceholder(pem), false, changed[line]);
    else isPlaceholder(pem);
  }
  for (const cut of [0, 30, 90, 200]) {
    assert.equal(isPlaceholder(new TextEncoder().encode(lines.join("\n").slice(0, cut))), false);
  }
});
