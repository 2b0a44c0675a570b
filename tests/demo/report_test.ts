import assert from "node:assert/strict";
import type { DemoHost, Outcome } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { conclude, renderTable } from "./report.ts";

const host = (name: string, flaw: string | null = null): DemoHost => ({
  pair: { host: `${name}.example.com`, certificate: "", key: "", serial: name },
  flaw,
});
const served: Outcome = { kind: "served", words: "200, its own certificate" };
const dark: Outcome = { kind: "dark", words: "connection reset" };
const astray: Outcome = { kind: "neighbour", words: "shown the certificate of a.example.com" };
const hosts = [host("a"), host("b"), host("c"), host("x", "RSA 1024")];

Deno.test("conclude() counts the harm and the cure", () => {
  const { words, kept } = conclude({
    hosts,
    without: [served, dark, dark, dark],
    withHook: [served, served, served, dark],
  });
  assert.equal(kept, true);
  assert.equal(
    words,
    "Without certgate, 1 certificates that Envoy refuses took HTTPS from 2 of 3 innocent hostnames.\n" +
      "With certgate 3 of 3 were served, and no bad hostname was shown a neighbour's certificate.",
  );
});

Deno.test("conclude() says so when no harm was seen, and does not count that as a failure", () => {
  const all = [served, served, served, dark];
  const { words, kept } = conclude({ hosts, without: all, withHook: all });
  assert.equal(kept, true);
  assert.match(words, /^Without certgate no innocent hostname was hit this time/);
});

Deno.test("conclude() finds the promise broken by one dark host or one borrowed certificate", () => {
  const without = [dark, dark, dark, dark];
  assert.equal(conclude({ hosts, without, withHook: [served, served, dark, dark] }).kept, false);
  assert.equal(conclude({ hosts, without, withHook: [served, served, served, astray] }).kept, false);
});

Deno.test("renderTable() puts hosts of one fate into one row and names them", () => {
  const table = renderTable({
    hosts,
    without: [served, dark, dark, dark],
    withHook: [served, served, served, dark],
  });
  const rows = table.split("\n").filter((line) => line.includes("example.com"));
  assert.equal(rows.length, 3);
  assert.match(rows[0], /a\.example\.com .*good .*200, its own certificate .*200, its own certificate/);
  assert.match(
    rows[1],
    /2 hosts under example\.com: b c .*good .*connection reset .*200, its own certificate/,
  );
  assert.match(rows[2], /x\.example\.com .*RSA 1024 .*connection reset .*connection reset/);
});

Deno.test("outcomeOf() looks at whose certificate was shown before anything else", () => {
  const answered = { kind: "answered", status: 200, body: "" } as const;
  assert.equal(outcomeOf({ ...answered, serial: "a" }, hosts[0].pair, hosts).kind, "served");
  assert.deepEqual(outcomeOf({ ...answered, serial: "b" }, hosts[0].pair, hosts), {
    kind: "neighbour",
    words: "shown the certificate of b.example.com",
  });
  assert.equal(outcomeOf({ ...answered, status: 503, serial: "a" }, hosts[0].pair, hosts).words, "HTTP 503");
  assert.equal(
    outcomeOf({ kind: "refused", message: "x", serial: "c" }, hosts[0].pair, hosts).kind,
    "neighbour",
  );
  assert.deepEqual(outcomeOf({ kind: "refused", message: "x", serial: null }, hosts[0].pair, hosts), dark);
});
