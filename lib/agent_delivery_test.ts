import assert from "node:assert/strict";
import { DeliveryTracker } from "./agent_delivery.ts";
import type { EnvoyStatus, GatePlan, GatewayState, ListenerState } from "./model/mod.ts";

const place = { file: "a.yaml", line: 1, column: 1 };
const GATEWAY: GatewayState = {
  namespace: "edge",
  name: "web",
  place,
  published: ["web"],
  revision: "r1",
  message: "",
};

function listener(serial: string | null, parts: Partial<ListenerState> = {}): ListenerState {
  const verdict = { action: "serve", reason: "Usable", cause: "usable", detail: "", edge: null } as const;
  const secret = { namespace: "edge", name: "a", verdict, neverGate: false, names: [], warnings: [] };
  return {
    gateway: GATEWAY,
    owner: { ...GATEWAY, kind: "Gateway" },
    name: "a",
    place,
    protocol: "HTTPS",
    port: 443,
    hostname: "a.example.com",
    published: { namespace: "edge", name: "web", listener: "a" },
    managed: serial !== null,
    secrets: serial === null ? [] : [{ ...secret, serving: "current", serial, notAfter: 0 }],
    problem: null,
    reason: "Usable",
    cause: "usable",
    message: "",
    detail: "",
    ...parts,
  };
}

function plan(...revisions: readonly string[]): GatePlan {
  const objects = revisions.map((revision, index) => ({
    apiVersion: "certgate.dev/v1alpha1",
    kind: "CertState",
    namespace: "edge",
    name: `web${index || ""}`,
    value: { spec: { revision, targetRef: { name: `web${index || ""}` } } },
  }));
  return { objects, gateways: [GATEWAY], listeners: [], findings: [], challenges: [] };
}

function envoy(up: boolean, ...serials: string[]): EnvoyStatus {
  return {
    admin: "127.0.0.1:19000",
    cluster: "edge/web",
    state: "LIVE",
    initFetchTimeouts: 0,
    up,
    message: "",
    version: "1.40.0",
    rejected: { lds: 0, cds: 0, rds: 0, sds: 0 },
    warming: [],
    serials,
  };
}

function makeTracker(expectsEnvoy = true) {
  const time = { now: 0 };
  return { time, tracker: new DeliveryTracker({ expectsEnvoy, clock: () => time.now }) };
}

Deno.test("DeliveryTracker says served when an Envoy has the serial, and waiting until then", () => {
  const { tracker } = makeTracker();
  tracker.published(plan("r1"));
  tracker.looked([envoy(true, "aa"), envoy(true, "bb")]);
  assert.equal(tracker.of(listener("bb")), "served");
  assert.equal(tracker.of(listener("cc")), "waiting");
  assert.equal(tracker.of(listener("bb", { published: null })), "withheld");
  assert.equal(tracker.of(listener(null)), "waiting", "a listener without a certificate waits for the hook");
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  assert.equal(tracker.of(listener(null)), "served");
});

Deno.test("DeliveryTracker takes no serial for served of an Envoy that only begins", () => {
  const { tracker } = makeTracker();
  tracker.published(plan("r1"));
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  tracker.looked([{ ...envoy(true, "aa"), state: "INITIALIZING" }]);
  assert.equal(tracker.of(listener("aa")), "waiting");
});

Deno.test("DeliveryTracker knows no more than the hook where no Envoy is to be asked", () => {
  const { tracker } = makeTracker(false);
  tracker.published(plan("r1"));
  assert.equal(tracker.of(listener("aa")), "waiting");
  tracker.answered([{ namespace: "edge", name: "web", revision: "r0" }]);
  assert.equal(tracker.of(listener("aa")), "unknown", "other listeners do not wait for each new revision");
  const { tracker: without } = makeTracker();
  without.published(plan());
  assert.equal(without.of(listener("aa")), "unknown", "without CertState objects nothing is known at all");
});

Deno.test("DeliveryTracker waits for an Envoy for half a minute, and for one that was there for ever", () => {
  const { tracker, time } = makeTracker();
  tracker.published(plan("r1"));
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  assert.equal(tracker.looked([]), true);
  time.now = 29_999;
  assert.deepEqual([tracker.of(listener("aa")), tracker.looked([])], ["waiting", false]);
  time.now = 30_000;
  assert.deepEqual([tracker.of(listener("aa")), tracker.looked([])], ["unknown", true]);
  tracker.looked([envoy(true, "aa")]);
  tracker.looked([envoy(false)]);
  assert.equal(tracker.of(listener("aa")), "waiting");
});

Deno.test("DeliveryTracker has converged when every part has shown its revision and nothing waits", () => {
  const { tracker, time } = makeTracker();
  const split = { ...GATEWAY, published: ["web", "web1"] };
  const publish = (at: number, ...revisions: string[]) => {
    time.now = at;
    tracker.published(plan(...revisions));
  };
  publish(1000, "r1", "r2");
  tracker.looked([envoy(true, "aa")]);
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  assert.equal(tracker.converged(split, [listener("aa")]), false);
  assert.equal(tracker.pendingSince(), 1000);
  tracker.answered([{ namespace: "edge", name: "web1", revision: "r2" }]);
  assert.equal(tracker.converged(split, [listener("aa")]), true);
  assert.equal(tracker.converged(split, [listener("bb")]), false);
  assert.equal(tracker.pendingSince(), null);
  publish(2000, "r3", "r2");
  assert.equal(tracker.pendingSince(), 2000);
  publish(3000, "r3", "r2");
  assert.equal(tracker.pendingSince(), 2000, "what waits goes on waiting");
});

Deno.test("DeliveryTracker forgets a Gateway that goes out", () => {
  const { tracker, time } = makeTracker();
  tracker.published(plan("r1"));
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  tracker.published(plan());
  assert.equal(tracker.seen(GATEWAY), null);
  time.now = 5;
  tracker.published(plan("r1"));
  assert.equal(tracker.pendingSince(), 5);
});

Deno.test("DeliveryTracker does not wait for what neverGate lets through outside its dates", () => {
  const { tracker } = makeTracker();
  tracker.published(plan("r1"));
  tracker.looked([envoy(true, "bb")]);
  const verdict = { action: "serve", reason: "Expired", cause: "expired", detail: "", edge: null } as const;
  const [secret] = listener("aa").secrets;
  const shared = listener("aa", { secrets: [{ ...secret, verdict, neverGate: true }] });
  assert.equal(tracker.of(shared), "unknown");
  const held = listener("aa", { secrets: [{ ...secret, verdict, serving: "held" }] });
  assert.equal(tracker.of(held), "waiting", "a held pair is inside its dates, whatever has replaced it");
});

Deno.test("DeliveryTracker knows that Envoy Gateway digests, for ten seconds at most, and not before it has ever called", () => {
  const { tracker, time } = makeTracker();
  tracker.published(plan("r1"));
  assert.equal(tracker.digesting, false, "nobody has called yet");
  tracker.answered([{ namespace: "edge", name: "web", revision: "r1" }]);
  assert.equal(tracker.digesting, false);
  tracker.published(plan("r2"));
  assert.equal(tracker.digesting, true);
  time.now = 10_000;
  assert.equal(tracker.digesting, false);
  time.now = -1;
  assert.equal(tracker.digesting, false, "a clock that was set back holds nothing up");
});
