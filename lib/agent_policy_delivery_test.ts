import assert from "node:assert/strict";
import type { EnvoyStatus, ObjectKey } from "./model/mod.ts";
import { PolicyTracker } from "./agent_policy_delivery.ts";

const KEY = "edge/waf";
const web = { namespace: "edge", name: "web" }, shop = { namespace: "edge", name: "shop" };

function envoy(parts: Partial<EnvoyStatus> & { refused?: number } = {}): EnvoyStatus {
  const { refused = 0, ...rest } = parts;
  return {
    admin: "127.0.0.1:1",
    up: true,
    message: "",
    cluster: "edge/web",
    version: "1.40.0",
    state: "LIVE",
    rejected: { lds: 0, cds: 0, rds: refused, sds: 99 },
    initFetchTimeouts: 0,
    warming: [],
    serials: [],
    ...rest,
  };
}

/** A tracker with a clock of its own and a memory that can be given to the next one. */
function bed(memory = new Map<ObjectKey, number>()) {
  const time = { now: 1000 };
  const settled = {
    get: (key: ObjectKey) => memory.get(key) ?? null,
    set: (key: ObjectKey, generation: number) => void memory.set(key, generation),
  };
  const tracker = new PolicyTracker({ clock: () => time.now, settled });
  const answered = (
    generation: number | null,
    parts: { snapshot?: number; gateway?: typeof web; policy?: string } = {},
  ) =>
    tracker.answered({
      snapshot: parts.snapshot ?? 1,
      gateways: [parts.gateway ?? web],
      policy: parts.policy ?? "d1",
      applied: new Map(generation === null ? [] : [[KEY, generation]]),
    });
  const of = (generation: number, digest = "d1", atOnce = false) =>
    tracker.of({ key: KEY, generation }, { digest, atOnce });
  return { time, memory, tracker, answered, of };
}

Deno.test("PolicyTracker says served once an Envoy took routes after the answer, and not before", () => {
  const { tracker, answered, of } = bed();
  tracker.looked([envoy({ routesUpdatedAt: 900 })], true);
  assert.equal(of(1), "waiting", "no answer yet");
  answered(1);
  assert.equal(of(1), "waiting");
  assert.equal(tracker.waiting, true);
  tracker.looked([envoy({ routesUpdatedAt: 999 })], true);
  assert.equal(of(1), "waiting");
  tracker.looked([envoy()], true);
  assert.equal(of(1), "waiting", "an Envoy that does not say when");
  tracker.looked([envoy({ routesUpdatedAt: 1000 })], true);
  assert.equal(of(1), "served");
  assert.equal(tracker.waiting, false);
  assert.equal(tracker.applied(KEY), 1);
});

Deno.test("PolicyTracker lets what was served stay served by answers that change nothing of it", () => {
  const { time, tracker, answered, of } = bed();
  tracker.looked([envoy({ routesUpdatedAt: 0 })], true);
  answered(1);
  tracker.looked([envoy({ routesUpdatedAt: 1000 })], true);
  time.now = 5000;
  assert.equal(of(1), "served");
  assert.equal(of(1, "d2"), "served", "another policy has changed");
  answered(1, { policy: "d2" });
  assert.equal(of(1, "d2"), "served", "an equal answer brings no update");
  answered(2, { policy: "d3" });
  assert.equal(of(2, "d3"), "waiting");
  tracker.looked([envoy({ routesUpdatedAt: 5000 })], true);
  assert.equal(of(2, "d3"), "served");
});

Deno.test("PolicyTracker knows across a restart what the Envoys had", () => {
  const first = bed();
  first.tracker.looked([envoy()], true);
  first.answered(1);
  first.tracker.looked([envoy({ routesUpdatedAt: 1000 })], true);
  assert.equal(first.of(1), "served");
  const second = bed(first.memory);
  second.time.now = 9000;
  second.tracker.looked([envoy({ routesUpdatedAt: 1000 })], true);
  second.answered(1);
  assert.equal(second.of(1), "served");
  second.answered(2);
  assert.equal(second.of(2), "waiting");
});

Deno.test("PolicyTracker says refused when an Envoy refuses something after the answer, until the next answer", () => {
  const { time, tracker, answered, of } = bed();
  tracker.looked([envoy({ refused: 3, routesUpdatedAt: 0 })], true);
  answered(1);
  tracker.looked([envoy({ refused: 3, routesUpdatedAt: 0 })], true);
  assert.equal(of(1), "waiting", "what it refused before says nothing");
  tracker.looked([envoy({ refused: 4, routesUpdatedAt: 1000 })], true);
  assert.equal(of(1), "refused");
  time.now = 2000;
  answered(1);
  tracker.looked([envoy({ refused: 4, routesUpdatedAt: 2000 })], true);
  assert.equal(of(1), "served");
});

Deno.test("PolicyTracker asks the Envoys of the Gateways that were given the policy, or all where none is named so", () => {
  const { tracker, answered, of } = bed();
  const other = envoy({ admin: "127.0.0.1:2", cluster: "edge/shop", routesUpdatedAt: 0 });
  tracker.looked([envoy(), other], true);
  answered(1);
  answered(null, { snapshot: 2, gateway: shop });
  tracker.looked([envoy({ routesUpdatedAt: 1000 }), other], true);
  assert.equal(of(1), "served");
  answered(2);
  const merged = (at: number) => envoy({ cluster: "edge-class", routesUpdatedAt: at });
  tracker.looked([merged(1000), { ...other, cluster: "another-class" }], true);
  assert.equal(of(2), "waiting");
  tracker.looked([merged(1000), { ...other, cluster: "another-class", routesUpdatedAt: 1000 }], true);
  assert.equal(of(2), "served");
});

Deno.test("PolicyTracker waits for the answers of every snapshot, and for none of a Gateway that is gone", () => {
  const { tracker, answered, of } = bed();
  answered(null, { policy: "old" });
  answered(null, { policy: "old", snapshot: 2, gateway: shop });
  answered(1);
  assert.equal(of(1), "waiting", "the other snapshot may have it too");
  tracker.retain((key) => key === "edge/web");
  assert.equal(of(1), "unknown");
  answered(null, { policy: "d2" });
  assert.equal(of(1, "d2"), "unused");
  assert.equal(tracker.applied(KEY), null);
});

Deno.test("PolicyTracker says unknown where there is no Envoy to ask, and served at once where that is wanted", () => {
  const { tracker, answered, of } = bed();
  answered(1);
  tracker.looked([], true);
  assert.equal(of(1), "waiting", "one is still to come");
  assert.equal(of(1, "d1", true), "served");
  const alone = bed();
  alone.answered(1);
  alone.tracker.looked([envoy({ up: false, state: "" })], false);
  assert.equal(alone.of(1), "unknown");
});
