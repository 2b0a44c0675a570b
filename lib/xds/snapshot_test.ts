import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Material } from "../model/mod.ts";
import { field, join, textField } from "./_encode.ts";
import { applyPlan } from "./apply_plan.ts";
import { readSnapshot } from "./snapshot.ts";
import { KeyMaterial } from "../model/mod.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";

const any = (type: string, value: Uint8Array) => field(3, textField(1, type), field(2, value));
const socket = (type: string, value: Uint8Array) => field(6, textField(1, "any name"), any(type, value));
const reference = (name: string) => field(6, textField(1, name), field(2, field(3)));
const secrets = (...values: Uint8Array[]) =>
  readSnapshot(join(values.map((value) => field(3, value)))).secrets;
const listener = (...parts: Uint8Array[]) => readSnapshot(field(4, ...parts)).listeners[0];
const chainOf = (type: string, value: Uint8Array) => listener(field(3, socket(type, value))).chains[0].socket;
const names = (type: string, value: Uint8Array) => {
  const view = chainOf(type, value);
  return view.kind === "tls" ? view.tls.certificates.map(({ name, ads }) => `${name} ${ads}`) : view.kind;
};

function capture(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../tests/fixtures/${name}.pb.gz`, import.meta.url)));
}

const CAPTURES = ["eg-1.9.0-one-gateway-41-hosts", "eg-1.9.0-one-gateway-41-hosts-certstate"];

Deno.test("readSnapshot() reads the real captures", () => {
  for (const name of CAPTURES) {
    const snapshot = readSnapshot(capture(name));
    assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), {
      bytes: snapshot.bytes.length,
      clusters: 1,
      secrets: 41,
      listeners: 3,
      routes: 42,
    });
    assert.equal(
      new TextDecoder().decode(snapshot.context).includes("CertState"),
      name.endsWith("certstate"),
    );
    assert.equal(snapshot.secrets[40].name, "default/m-staple-tls");
    const material = snapshot.secrets[40].material as Extract<Material, { kind: "pair" }>;
    assert.match(new TextDecoder().decode(material.pair.certificate!), /^-----BEGIN CERTIFICATE-----/);
    assert.match(new TextDecoder().decode(material.pair.key!.open()), /^-----BEGIN PRIVATE KEY-----/);
    const [ready, http, https] = snapshot.listeners;
    assert.deepEqual([ready, http].map(({ chains }) => chains.map(({ socket }) => socket.kind)), [["other"], [
      "other",
    ]]);
    assert.equal(http.chains[0].place, "default");
    assert.equal(https.chains.length, 41);
    assert.deepEqual(https.chains[40].serverNames, ["m-staple.example.com"]);
    assert.deepEqual(https.chains[40].socket, {
      kind: "tls",
      quic: false,
      tls: {
        certificates: [{ name: "default/m-staple-tls", ads: true }],
        inlineCertificates: [],
        trust: null,
        trustReference: null,
        tickets: null,
        alpn: ["h2", "http/1.1"],
      },
    });
    assert.ok(
      [...snapshot.secrets, ...snapshot.listeners, ...snapshot.clusters].every(({ malformed }) => !malformed),
    );
  }
});

Deno.test("applyPlan() answers a capture without steps the same with and without using up the request", () => {
  for (const name of CAPTURES) {
    const request = capture(name);
    const plain = applyPlan(readSnapshot(request), { steps: [] }, { throwaways });
    assert.deepEqual(request, capture(name));
    const consumed = applyPlan(readSnapshot(request), { steps: [] }, { throwaways, consume: true });
    assert.equal(consumed.buffer, request.buffer);
    assert.deepEqual(Buffer.from(consumed), Buffer.from(plain));
  }
});

Deno.test("applyPlan() leaves out what is in no list, wherever it stands, and keeps tags of any length", () => {
  const request = join([
    field(2, text("a")),
    field(1, text("context")),
    Uint8Array.of(0x92, 0x00, 1, 0x62),
    field(9, text("unknown")),
    field(5, text("c")),
  ]);
  const expected = Buffer.from(join([field(1, text("a")), field(1, text("b")), field(4, text("c"))]));
  for (const consume of [false, true]) {
    const snapshot = readSnapshot(Uint8Array.from(request));
    assert.equal(snapshot.answerFrom, -1);
    assert.deepEqual(applyPlan(snapshot, { steps: [] }, { throwaways, consume }), expected);
  }
});

Deno.test("readSnapshot() tells a request that breaks off", () => {
  assert.equal(readSnapshot(new Uint8Array(0)).intact, true);
  assert.equal(readSnapshot(Uint8Array.of(0x0a, 0x00)).intact, true);
  const broken = readSnapshot(join([field(3, textField(1, "a")), Uint8Array.of(0x22, 0x7f)]));
  assert.equal(broken.intact, false);
  assert.deepEqual(broken.secrets.map(({ name }) => name), ["a"]);
});

Deno.test("readSnapshot() shows no key, however it is printed", () => {
  const key = field(2, field(2, text("SECRET KEY")));
  const snapshot = readSnapshot(field(3, textField(1, "a"), field(2, field(1, field(2, text("PEM"))), key)));
  for (
    const shown of [
      Deno.inspect(snapshot),
      Deno.inspect(snapshot.secrets[0].material),
      JSON.stringify(snapshot),
    ]
  ) {
    assert.doesNotMatch(shown, /SECRET/);
  }
  const material = snapshot.secrets[0].material as Extract<Material, { kind: "pair" }>;
  assert.doesNotMatch(Deno.inspect(material.pair) + JSON.stringify(material), /SECRET/);
});

Deno.test("readSnapshot() merges what comes in parts and takes the last word of a oneof", () => {
  const [certificate, key] = [field(1, field(2, text("PEM"))), field(2, field(2, text("KEY")))];
  const [split, switched, inline] = secrets(
    join([field(2, certificate), textField(1, "old"), field(2, key), textField(1, "new")]),
    join([field(2, certificate), field(4, field(1, field(3, text("CA")))), field(2, key)]),
    field(2, field(1, field(1, text("/file")), field(3, text("PEM"))), key),
  );
  assert.equal(split.name, "new");
  const pair = (material: Material) => material.kind === "pair" ? material.pair : null;
  assert.equal(Buffer.from(pair(split.material)!.certificate!).toString(), "PEM");
  assert.equal(Buffer.from(pair(split.material)!.key!.open()).toString(), "KEY");
  assert.equal(switched.kind, "certificate");
  assert.equal(pair(switched.material)!.certificate, null);
  assert.equal(Buffer.from(pair(inline.material)!.certificate!).toString(), "PEM");
});

Deno.test("readSnapshot() tells pairs, bundles and what it cannot look into", () => {
  const inline = (number: number, value = "x") => field(number, field(2, text(value)));
  const kinds = (...values: Uint8Array[]) => secrets(...values).map(({ material }) => material.kind).join();
  assert.equal(
    kinds(field(2, inline(1), inline(2)), field(2), field(2, inline(1)), field(2, inline(1, ""))),
    "pair,pair,pair,pair",
  );
  assert.equal(kinds(field(2, inline(1), field(2, textField(1, "/key")))), "opaque");
  assert.equal(kinds(field(2, inline(1), field(2, textField(4, "ENV")))), "opaque");
  assert.equal(kinds(field(2, inline(1), inline(2), inline(3))), "opaque");
  assert.equal(kinds(field(2, inline(1), field(6))), "opaque");
  assert.equal(kinds(field(2, inline(8))), "opaque");
  assert.equal(kinds(field(4, inline(1)), field(4, inline(1, ""))), "trust,trust");
  assert.equal(
    kinds(
      field(4),
      field(4, field(17)),
      field(4, inline(1), field(12)),
      field(3),
      field(5),
      textField(1, ""),
    ),
    new Array(6).fill("opaque").join(),
  );
});

Deno.test("readSnapshot() finds the TLS context under any name and any prefix of its type", () => {
  const context = field(1, reference("a"));
  const bare = TLS.slice(TLS.indexOf("/") + 1);
  for (const type of [TLS, bare, `/${bare}`, `a/b/${bare}`]) {
    assert.deepEqual(names(type, context), ["a true"], type);
  }
  for (const type of [`x${bare}`, `${TLS}x`, `${TLS}/`, ""]) {
    assert.equal(names(type, context), "other", type);
  }
});

Deno.test("readSnapshot() finds the TLS context inside QUIC, StartTLS and sockets that wrap another", () => {
  const root = "type.googleapis.com/envoy.extensions.transport_sockets.";
  const context = field(1, reference("a"));
  const inner = (number: number) => field(number, textField(1, "tls"), any(TLS, context));
  assert.deepEqual(names(root + "quic.v3.QuicDownstreamTransport", field(1, context)), ["a true"]);
  assert.deepEqual(names(root + "starttls.v3.StartTlsConfig", field(2, context)), ["a true"]);
  assert.deepEqual(names(root + "tap.v3.Tap", inner(2)), ["a true"]);
  assert.deepEqual(names(root + "proxy_protocol.v3.ProxyProtocolUpstreamTransport", inner(2)), ["a true"]);
  assert.deepEqual(names(root + "tcp_stats.v3.Config", inner(1)), ["a true"]);
  assert.deepEqual(names(root + "raw_buffer.v3.RawBuffer", inner(1)), "other");
  // A socket that wraps itself without end is nobody's, and ends.
  let deep = inner(2);
  for (let depth = 0; depth < 50; depth++) deep = field(2, any(root + "tap.v3.Tap", deep));
  assert.deepEqual(names(root + "tap.v3.Tap", deep), "other");
});

Deno.test("readSnapshot() tells the snapshot's own server from others by the last word", () => {
  const config = (...parts: Uint8Array[]) =>
    names(TLS, field(1, field(6, textField(1, "a"), field(2, ...parts))))[0];
  assert.equal(config(field(3)), "a true");
  assert.equal(config(field(2, textField(2, "c"))), "a false");
  assert.equal(config(textField(1, "/path")), "a false");
  assert.equal(config(field(8)), "a false");
  assert.equal(config(field(5)), "a false");
  assert.equal(config(field(3), field(2)), "a false");
  assert.equal(config(field(2), field(3)), "a true");
  assert.equal(config(), "a false");
});

Deno.test("readSnapshot() reports what does not read, where it stands, and reads on", () => {
  const junk = Uint8Array.of(0x0e);
  assert.equal(listener(junk).malformed, true);
  assert.equal(listener(field(3, junk)).malformed, true);
  assert.equal(listener(field(25, junk)).malformed, true);
  assert.equal(listener(field(3, field(6, junk))).malformed, true);
  assert.equal(listener(field(3, socket(TLS, junk))).malformed, true);
  assert.equal(listener(field(3, socket(TLS, field(1, junk)))).malformed, true);
  assert.equal(listener(field(3, socket(TLS, field(1, field(2, junk))))).malformed, true);
  assert.equal(listener(field(3, socket(TLS, field(1, field(6, junk))))).malformed, true);
  assert.equal(listener(field(3, socket(TLS, field(1, field(8, junk))))).malformed, true);
  assert.equal(listener(field(3, field(3, junk))).malformed, false, "a filter is nobody's business");
  const cluster = (...parts: Uint8Array[]) => readSnapshot(field(2, ...parts)).clusters[0];
  assert.equal(cluster(junk).malformed, true);
  assert.equal(cluster(field(24, junk)).malformed, true);
  assert.equal(cluster(field(43, junk)).malformed, true);
  assert.deepEqual(
    secrets(junk, textField(1, "good"), field(2, junk), field(2, field(1, junk)), field(4, junk))
      .map(({ malformed }) => malformed),
    [true, false, true, true, true],
  );
});
