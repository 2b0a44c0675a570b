import assert from "node:assert/strict";
import { FakeConfirmer } from "../../tests/fakes/fake_confirmer.ts";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import type { Material, PairBytes } from "../model/mod.ts";
import type { KnownVerdict } from "../outputs/mod.ts";
import { makeSelfSigned } from "../pki/mod.ts";
import { Faults } from "./faults.ts";
import { VerdictStore, type VerdictStoreParts } from "./verdict_store.ts";

const NOW = Date.parse("2030-06-01T00:00:00Z");
const LATER = NOW + 10_000;

const good = await makeSelfSigned({ names: ["a.test"], now: NOW, days: 10 });
const other = await makeSelfSigned({ names: ["b.test"], now: NOW, days: 10 });

function material(pair: PairBytes): Material {
  return {
    kind: "pair",
    pair,
    identity: Buffer.concat([pair.certificate ?? new Uint8Array(), pair.key?.open() ?? new Uint8Array()]),
  };
}

function makeStore(changes: Partial<VerdictStoreParts> = {}) {
  const log = new FakeLog();
  const metrics = fakeMetrics();
  let learnt = 0;
  const store = new VerdictStore({
    confirmer: null,
    known: new Map(),
    clock: () => NOW,
    log,
    metrics,
    onLearnt: () => void learnt++,
    ...changes,
  });
  return { store, log, metrics, learnt: () => learnt };
}

const mixed = material({ certificate: good.certificate, key: other.key });

Deno.test("VerdictStore judges by rules where there is no Envoy", async () => {
  const { store, learnt } = makeStore();
  await store.learn([material(good), mixed], LATER);
  assert.equal(store.verdictOf(material(good), NOW).action, "serve");
  assert.equal(store.verdictOf(mixed, NOW).reason, "KeyMismatch");
  assert.equal(learnt(), 1);
  await store.learn([material(good), mixed], LATER);
  assert.equal(learnt(), 1, "nothing new, nothing to keep");
});

Deno.test("VerdictStore asks Envoy about each new content once, with what the rules expect", async () => {
  const confirmer = new FakeConfirmer();
  confirmer.answer = (pair) =>
    pair.key === other.key ? { accepted: false, message: "KEY_VALUES_MISMATCH" } : { accepted: true };
  const { store, metrics } = makeStore({ confirmer });
  await Promise.all([
    store.learn([material(good), mixed, material(good)], LATER),
    store.learn([material(good)], LATER),
  ]);
  assert.deepEqual(confirmer.asked, [2]);
  assert.deepEqual(confirmer.expected, [[true, false]]);
  assert.equal(await metrics.sample('certgate_verdict_overruled_total{envoy="accepted"}'), 0);
  assert.equal(await metrics.sample('certgate_verdicts_total{by="envoy"}'), 2);
});

Deno.test("VerdictStore takes Envoy's answer both ways, counts it and says so without the material", async () => {
  const confirmer = new FakeConfirmer();
  confirmer.answer = (pair) =>
    pair.key === other.key ? { accepted: true } : { accepted: false, message: "Envoy says no" };
  const { store, log, metrics } = makeStore({ confirmer });
  await store.learn([material(good), mixed], LATER);
  assert.equal(store.verdictOf(mixed, NOW).action, "serve");
  const refused = store.verdictOf(material(good), NOW);
  assert.equal(refused.cause, "proxy_refuses");
  assert.match(refused.detail, /Envoy says no/);
  assert.equal(await metrics.sample('certgate_verdict_overruled_total{envoy="accepted"}'), 1);
  assert.equal(await metrics.sample('certgate_verdict_overruled_total{envoy="refused"}'), 1);
  assert.equal(log.sentences("warn").length, 2);
  assert(!JSON.stringify(log.lines).includes("PRIVATE"));
});

Deno.test("VerdictStore lets the rules stand where Envoy gives no answer, and does not ask at once again", async () => {
  const confirmer = new FakeConfirmer();
  confirmer.answer = () => null;
  let now = NOW;
  const { store, log, metrics } = makeStore({ confirmer, clock: () => now });
  await store.learn([material(good)], LATER);
  assert.equal(store.verdictOf(material(good), NOW).action, "serve");
  assert.equal(await metrics.sample("certgate_envoy_confirm_failures_total"), 1);
  assert.equal(log.lines[0].fields.why, "told so");
  await store.learn([material(good)], LATER);
  assert.deepEqual(confirmer.asked, [1]);
  now += 60_000;
  confirmer.answer = () => ({ accepted: false, message: "now I can" });
  await store.learn([material(good)], LATER);
  assert.deepEqual(confirmer.asked, [1, 1]);
  assert.equal(store.verdictOf(material(good), NOW).action, "withhold");
});

Deno.test("VerdictStore asks nothing again after a restart, and everything after a change of Envoy", async () => {
  const first = makeStore({ confirmer: new FakeConfirmer("envoy/1") });
  await first.store.learn([material(good)], LATER);
  const known = new Map<string, KnownVerdict>(first.store.entries());
  const same = new FakeConfirmer("envoy/1");
  await makeStore({ confirmer: same, known }).store.learn([material(good)], LATER);
  assert.deepEqual(same.asked, []);
  const newer = new FakeConfirmer("envoy/2");
  newer.answer = () => ({ accepted: false, message: "stricter now" });
  const second = makeStore({ confirmer: newer, known });
  await second.store.learn([material(good)], LATER);
  assert.deepEqual(newer.asked, [1]);
  assert.equal(second.store.verdictOf(material(good), NOW).action, "withhold");
  assert.equal(await second.metrics.sample('certgate_verdict_overruled_total{envoy="refused"}'), 1);
});

Deno.test("VerdictStore compares a new Envoy with the rules, not with what the old one said", async () => {
  const old = new FakeConfirmer("envoy/1");
  old.answer = () => ({ accepted: false, message: "a bug of 1" });
  const first = makeStore({ confirmer: old });
  await first.store.learn([material(good)], LATER);
  const second = makeStore({
    confirmer: new FakeConfirmer("envoy/2"),
    known: new Map(first.store.entries()),
  });
  await second.store.learn([material(good)], LATER);
  assert.equal(second.store.verdictOf(material(good), NOW).action, "serve");
  assert.equal(await second.metrics.sample('certgate_verdict_overruled_total{envoy="accepted"}'), 0);
});

Deno.test("VerdictStore judges the time at each look", async () => {
  const { store } = makeStore();
  await store.learn([material(good)], LATER);
  assert.equal(store.verdictOf(material(good), NOW + 11 * 86_400_000).reason, "Expired");
  assert.equal(store.verdictOf(material(good), NOW - 2 * 86_400_000).reason, "NotYetValid");
  assert.equal(store.verdictOf(material(good), NOW).reason, "Usable");
  const lenient = makeStore({ judging: { onExpired: "serve" } }).store;
  assert.equal(lenient.verdictOf(material(good), NOW + 11 * 86_400_000).action, "serve");
});

Deno.test("VerdictStore tells a pair from a bundle of the same bytes, and leaves what it cannot look into", async () => {
  const { store } = makeStore();
  const identity = good.certificate;
  const pair: Material = { kind: "pair", pair: { certificate: good.certificate, key: null }, identity };
  const trust: Material = { kind: "trust", bundle: good.certificate, identity };
  const opaque: Material = { kind: "opaque", identity };
  await store.learn([pair, trust, opaque], LATER);
  assert.equal(store.verdictOf(pair, NOW).reason, "Missing");
  assert.equal(store.verdictOf(trust, NOW).action, "serve");
  assert.equal(store.verdictOf(opaque, NOW).action, "leave");
});

Deno.test("VerdictStore leaves expired members out of a bundle", async () => {
  const { store } = makeStore();
  const long = await makeSelfSigned({ commonName: "long", now: NOW, days: 1000, isCa: true });
  const bundle = Buffer.concat([good.certificate, long.certificate]);
  const trust: Material = { kind: "trust", bundle, identity: bundle };
  await store.learn([trust], LATER);
  assert.equal(store.verdictOf(trust, NOW).filtered, null);
  const filtered = store.verdictOf(trust, NOW + 11 * 86_400_000).filtered;
  assert.equal(Buffer.from(filtered!).toString().trim(), Buffer.from(long.certificate).toString().trim());
});

Deno.test("VerdictStore.refuse() believes a running Envoy before rules and binary, after a restart too", async () => {
  const confirmer = new FakeConfirmer();
  const { store, learnt } = makeStore({ confirmer });
  await store.learn([material(good)], LATER);
  assert.equal(store.verdictOf(material(good), NOW).action, "serve");
  store.refuse(
    material(good) as Extract<Material, { kind: "pair" }>,
    "bad key -----BEGIN PRIVATE KEY----- x",
  );
  const verdict = store.verdictOf(material(good), NOW);
  assert.deepEqual([verdict.action, verdict.cause, verdict.detail], [
    "withhold",
    "proxy_refuses",
    "bad key …",
  ]);
  assert.equal(learnt(), 2);
  const again = makeStore({ confirmer, known: new Map(store.entries()) }).store;
  await again.learn([material(good)], LATER);
  assert.equal(again.verdictOf(material(good), NOW).action, "withhold", "the same binary is not asked again");
});

Deno.test("VerdictStore takes a bad pair for usable where a fault says so, as often as it says so", async () => {
  const faults = Faults.parse(["verdict=pair:garbage@1"]);
  assert.ok(faults instanceof Faults);
  const { store } = makeStore({ faults });
  await store.learn([material(good), mixed], LATER);
  assert.equal(store.verdictOf(mixed, NOW).action, "serve");
  const second = material({ certificate: other.certificate, key: good.key });
  await store.learn([second], LATER);
  assert.equal(store.verdictOf(second, NOW).action, "withhold");
});
