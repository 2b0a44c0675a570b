import assert from "node:assert/strict";
import { KeyMaterial, type Step, type Verdict } from "../model/mod.ts";
import { field, join, textField } from "./_encode.ts";
import { applyPlan } from "./apply_plan.ts";
import { readSnapshot } from "./snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
const verdict: Verdict = { action: "withhold", reason: "Expired", cause: "expired", detail: "", edge: null };
const blame = [{ hostnames: [], secret: "s", verdict }];
const ROOT = "type.googleapis.com/envoy.extensions.transport_sockets.";
const UP = ROOT + "tls.v3.UpstreamTlsContext";
const DOWN = ROOT + "tls.v3.DownstreamTlsContext";

/** Fields that the subset does not know, of three wire types. */
const UNKNOWN = join([
  field(90, text("kept")),
  Uint8Array.of(0xd8, 0x05, 7),
  Uint8Array.of(0xe3, 0x05, 0xe4, 0x05),
]);
const any = (type: string, value: Uint8Array) => field(3, textField(1, type), field(2, value), UNKNOWN);
const reference = (name: string) => field(6, textField(1, name), UNKNOWN, field(2, field(3)));
const inline = (number: number, value: string) => field(number, field(2, text(value)));
const pair = field(2, inline(1, "T"), inline(2, "K"));
const listenerStep = { listener: 0, listenerName: "", chainName: "", blame };

function apply(request: Uint8Array, ...steps: Step[]): Buffer {
  return applyPlan(readSnapshot(request), { steps }, { throwaways }) as Buffer;
}

Deno.test("applyPlan() keeps unknown fields at every level that it goes through", () => {
  const chain = (...references: Uint8Array[]) =>
    field(
      3,
      UNKNOWN,
      field(6, UNKNOWN, any(DOWN, join([UNKNOWN, field(1, ...references, UNKNOWN)]))),
      UNKNOWN,
    );
  const answer = apply(field(4, UNKNOWN, chain(reference("a"), reference("b")), UNKNOWN), {
    kind: "drop_certificate",
    ...listenerStep,
    chain: 0,
    from: "sds",
    certificate: 0,
  });
  assert.deepEqual(answer, Buffer.from(field(3, UNKNOWN, chain(reference("b")), UNKNOWN)));
});

Deno.test("applyPlan() counts certificates over the parts of a context that comes in several", () => {
  const context = (...parts: Uint8Array[][]) => join(parts.map((part) => field(1, ...part)));
  const chain = (value: Uint8Array) => field(4, field(25, field(6, any(DOWN, value))));
  const split = context([reference("a"), field(2, inline(1, "x"))], [reference("b"), pair]);
  const answer = apply(
    chain(split),
    { kind: "drop_certificate", ...listenerStep, chain: "default", from: "sds", certificate: 1 },
    { kind: "drop_certificate", ...listenerStep, chain: "default", from: "inline", certificate: 0 },
  );
  const [view] = readSnapshot(Buffer.from(answer.map((byte, at) => at === 0 ? byte + 8 : byte))).listeners;
  const { socket } = view.chains[0];
  assert.equal(socket.kind === "tls" && socket.tls.certificates.map(({ name }) => name).join(), "a");
  assert.equal(socket.kind === "tls" && socket.tls.inlineCertificates.length, 1);
});

Deno.test("applyPlan() edits the last value of an Any and merges a default chain that comes in parts", () => {
  const old = field(2, text("not read by anybody"));
  const socket = field(
    3,
    textField(1, "old"),
    old,
    textField(1, DOWN),
    field(2, field(1, reference("a"), reference("b"))),
  );
  const request = field(
    4,
    field(25, textField(7, "one")),
    textField(1, "l"),
    field(25, field(6, socket), textField(7, "two")),
  );
  const drop: Step = {
    kind: "drop_certificate",
    ...listenerStep,
    chain: "default",
    from: "sds",
    certificate: 1,
  };
  const [view] =
    readSnapshot(Buffer.from(apply(request, drop).map((byte, at) => at === 0 ? byte + 8 : byte))).listeners;
  assert.equal(view.name, "l");
  assert.equal(view.chains.length, 1);
  assert.equal(view.chains[0].name, "two");
  const after = view.chains[0].socket;
  assert.deepEqual(after.kind === "tls" && after.tls.certificates.map(({ name }) => name), ["a"]);
  assert.deepEqual(
    apply(request, { kind: "drop_chain", ...listenerStep, chain: "default" }),
    Buffer.from(field(3, textField(1, "l"))),
  );
});

Deno.test("applyPlan() neutralises what is inline in a cluster, wrapped sockets and socket matches included", () => {
  const context = (certificate: Uint8Array, ca: string) =>
    field(1, certificate, field(3, inline(1, ca), UNKNOWN));
  const socket = (value: Uint8Array) => any(UP, value);
  const wrapped = (value: Uint8Array) =>
    any(
      ROOT + "proxy_protocol.v3.ProxyProtocolUpstreamTransport",
      join([UNKNOWN, field(2, UNKNOWN, socket(value))]),
    );
  const cluster = (
    one: Uint8Array,
    two: Uint8Array,
  ) => [
    textField(1, "c"),
    field(43, textField(1, "no socket")),
    field(43, field(3, wrapped(two))),
    field(24, socket(one)),
  ];
  const bad = field(2, inline(1, "bad"));
  const at = { cluster: 0, clusterName: "c", blame };
  const answer = apply(
    field(2, ...cluster(context(bad, "good"), context(bad, "bad"))),
    { kind: "neutralise_cluster", ...at, place: { context: "socket", part: 0 } },
    { kind: "neutralise_cluster", ...at, place: { context: 1, part: "trust" } },
  );
  const neutral = field(1, bad, field(3, inline(1, "C"), UNKNOWN));
  assert.deepEqual(answer, Buffer.from(field(1, ...cluster(context(pair, "good"), neutral))));
});

Deno.test("applyPlan() replaces, filters, drops and adds secrets in place and at the end", () => {
  const ca = (value: string) => field(4, inline(1, value), field(6, text("pin")));
  const request = join([
    field(3, textField(1, "pair"), UNKNOWN, field(2, inline(1, "bad"))),
    field(5, text("route")),
    field(3, textField(1, "ca"), ca("bad")),
    field(3, textField(1, "bundle"), ca("mixed")),
    field(3, textField(1, "gone")),
  ]);
  const answer = apply(
    request,
    { kind: "neutralise_secret", secret: 0, name: "pair", as: "pair", blame },
    { kind: "neutralise_secret", secret: 1, name: "ca", as: "trust", blame },
    { kind: "filter_secret", secret: 2, name: "bundle", bundle: text("good") },
    { kind: "drop_secret", secret: 3, name: "gone", blame },
    { kind: "add_secret", name: "new", as: "pair" },
    { kind: "add_secret", name: "new ca", as: "trust" },
  );
  const expected = join([
    field(2, textField(1, "pair"), UNKNOWN, pair),
    field(4, text("route")),
    field(2, textField(1, "ca"), ca("C")),
    field(2, textField(1, "bundle"), ca("good")),
    field(2, textField(1, "new"), pair),
    field(2, textField(1, "new ca"), field(4, inline(1, "C"))),
  ]);
  assert.deepEqual(answer, Buffer.from(expected));
});

Deno.test("applyPlan() ignores a step that points at nothing", () => {
  const request = join([field(3, textField(1, "a")), field(4, textField(1, "l"))]);
  const answer = apply(
    request,
    { kind: "drop_secret", secret: 7, name: "", blame },
    { kind: "drop_chain", ...listenerStep, chain: 5 },
    { kind: "drop_chain", ...listenerStep, chain: "default" },
  );
  assert.deepEqual(answer, Buffer.from(join([field(2, textField(1, "a")), field(3, textField(1, "l"))])));
});
