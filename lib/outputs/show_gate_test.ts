import assert from "node:assert/strict";
import fc from "fast-check";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import type {
  CertificateFacts,
  ListenerSecret,
  ListenerState,
  ObjectKey,
  PairState,
  Reason,
  Verdict,
} from "../model/mod.ts";
import { type GateFigures, showGate } from "./show_gate.ts";

const END = Date.UTC(2030, 0, 1);
const place = { file: "", line: 0, column: 0 };
const gateway = { namespace: "ns", name: "edge" };

const verdictOf = (reason: Reason): Verdict => ({
  action: reason === "Usable" ? "serve" : "withhold",
  reason,
  cause: reason === "Usable" ? "usable" : "expired",
  detail: "",
  edge: null,
});

function secretOf(name: string, rest: Partial<ListenerSecret> = {}): ListenerSecret {
  return {
    namespace: "ns",
    name,
    verdict: verdictOf("Usable"),
    serving: "current",
    serial: "1",
    notAfter: END,
    neverGate: false,
    names: [],
    warnings: [],
    ...rest,
  };
}

function listenerOf(hostname: string, rest: Partial<ListenerState> = {}): ListenerState {
  return {
    gateway,
    owner: { ...gateway, kind: "Gateway" },
    name: `https-${hostname}`,
    place,
    protocol: "HTTPS",
    port: 443,
    hostname,
    published: { ...gateway, listener: hostname },
    managed: true,
    secrets: [secretOf(hostname)],
    problem: null,
    reason: "Usable",
    cause: "usable",
    message: "",
    detail: "",
    ...rest,
  };
}

const darkOf = (hostname: string, reason: Reason, rest: Partial<ListenerState> = {}) =>
  listenerOf(hostname, {
    published: null,
    reason,
    secrets: [secretOf(hostname, { verdict: verdictOf(reason), serving: null, notAfter: null })],
    ...rest,
  });

function pairOf(name: string, from: "current" | "held" | null, notAfter = END): [ObjectKey, PairState] {
  const leaf = { notAfter } as CertificateFacts;
  return [`ns/${name}`, {
    namespace: "ns",
    name,
    origin: { kind: "source", source: "/s/*", path: `/s/${name}` },
    verdict: verdictOf(from === "current" ? "Usable" : "KeyMismatch"),
    hint: "",
    certificates: [leaf],
    served: from && { from, pair: { certificate: null, key: null }, hash: "", leaf },
    warnings: [],
    soonFrom: from && notAfter - 1000,
    edge: null,
  }];
}

function figuresOf(listeners: readonly ListenerState[], rest: Partial<GateFigures> = {}): GateFigures {
  return {
    plan: { objects: [], gateways: [], listeners, findings: [], challenges: [] },
    pairs: new Map(listeners.map(({ hostname, published }) => pairOf(hostname, published && "current"))),
    sources: [],
    findings: 0,
    pendingSince: null,
    converged: true,
    clockWrong: false,
    evaluated: true,
    ...rest,
  };
}

const CERT = "certgate_gateway_listener_cert";

/** Samples of a family: label text to value. */
async function family(
  metrics: ReturnType<typeof fakeMetrics>,
  name: string,
): Promise<Record<string, number>> {
  const { body } = await metrics.render();
  const lines = body.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(name.length, at), Number(line.slice(at + 1))];
  }));
}

Deno.test("showGate() takes the series of a withheld listener away when it serves again", async () => {
  const metrics = fakeMetrics();
  const labels = '{namespace="ns",name="edge",listener="https-a",hostname="a"';
  showGate(metrics, figuresOf([darkOf("a", "Expired"), listenerOf("b")]));
  assert.deepEqual(await family(metrics, `${CERT}_withheld`), { [`${labels},reason="Expired"}`]: 1 });
  assert.deepEqual(Object.keys(await family(metrics, `${CERT}_expiry_time`)).length, 1);
  showGate(metrics, figuresOf([darkOf("a", "KeyMismatch"), listenerOf("b")]));
  assert.deepEqual(await family(metrics, `${CERT}_withheld`), { [`${labels},reason="KeyMismatch"}`]: 1 });
  showGate(metrics, figuresOf([listenerOf("a"), listenerOf("b")]));
  assert.deepEqual(await family(metrics, `${CERT}_withheld`), {});
  assert.deepEqual(await family(metrics, `${CERT}_gating_total`), {
    [`${labels},reason="Expired"}`]: 1,
    [`${labels},reason="KeyMismatch"}`]: 1,
  });
  assert.equal((await family(metrics, `${CERT}_expiry_time`))[`${labels},secret="a"}`], END / 1000);
  assert.equal((await family(metrics, `${CERT}_expires_soon_time`))[`${labels},secret="a"}`], END / 1000 - 1);
  showGate(metrics, figuresOf([]));
  for (const name of ["withheld", "managed", "expiry_time", "expires_soon_time"]) {
    assert.deepEqual(await family(metrics, `${CERT}_${name}`), {}, name);
  }
});

Deno.test("showGate() counts evaluations, not looks", async () => {
  const metrics = fakeMetrics();
  const dark = [darkOf("a", "Missing")];
  for (const evaluated of [true, false, true]) showGate(metrics, figuresOf(dark, { evaluated }));
  assert.deepEqual(Object.values(await family(metrics, `${CERT}_gating_total`)), [2]);
});

Deno.test("showGate() gives the share of hostnames that are dark", async () => {
  const metrics = fakeMetrics();
  const listeners = Array.from(
    { length: 10 },
    (_, i) => i < 3 ? darkOf(`h${i}`, "Expired") : listenerOf(`h${i}`),
  );
  showGate(metrics, figuresOf([...listeners, listenerOf("plain", { managed: false, secrets: [] })]));
  const sum = async (name: string) =>
    Object.values(await family(metrics, name)).reduce((total, value) => total + value, 0);
  assert.equal(await sum(`${CERT}_withheld`) / await sum(`${CERT}_managed`), 0.3);
  assert.equal(await sum("certgate_listeners_withheld"), 3);
  assert.equal(await metrics.sample("certgate_listeners_managed"), 10);
  assert.equal(await metrics.sample('certgate_listeners_withheld{reason="Expired"}'), 3);
});

Deno.test("showGate() tells what is healthy from what is merely served", async () => {
  const metrics = fakeMetrics();
  const expired = { verdict: verdictOf("Expired") };
  showGate(
    metrics,
    figuresOf([
      listenerOf("held", { secrets: [secretOf("held", { ...expired, serving: "held" })] }),
      listenerOf("let-through", { secrets: [secretOf("let-through", expired)] }),
      listenerOf("one-of-two", {
        secrets: [secretOf("bad", { ...expired, serving: null }), secretOf("good")],
      }),
      listenerOf("far", { secrets: [secretOf("a", { namespace: "other" })] }),
      listenerOf("never", { secrets: [secretOf("never", { neverGate: true })] }),
      darkOf("in-use", "Usable", { problem: "HostnameInUse" }),
    ]),
  );
  const secrets = Object.keys(await family(metrics, `${CERT}_expiry_time`))
    .map((labels) => labels.match(/secret="(.*)"/)![1]);
  assert.deepEqual(secrets, ["held", "good", "other/a", "never"]);
  const managed = Object.keys(await family(metrics, `${CERT}_managed`));
  assert.equal(managed.length, 5);
  assert(!managed.some((labels) => labels.includes('hostname="never"')));
  assert.match(Object.keys(await family(metrics, `${CERT}_withheld`)).join(), /reason="HostnameInUse"/);
});

Deno.test("showGate() counts what neverGate lets through, each certificate once", async () => {
  const metrics = fakeMetrics();
  const sample = () => metrics.sample('certgate_platform_cert_unusable{layer="gate"}');
  const shared = (rest: Partial<ListenerSecret>) => secretOf("shared", { neverGate: true, ...rest });
  const expired = shared({ verdict: { ...verdictOf("Expired"), action: "serve" } });
  const listeners = ["a", "b"].map((host) => listenerOf(host, { secrets: [expired] }));
  showGate(metrics, figuresOf(listeners));
  assert.equal(await sample(), 1);
  showGate(metrics, figuresOf([listenerOf("a", { secrets: [shared({})] })]));
  assert.equal(await sample(), 0);
});

Deno.test("showGate() shows each pair, also while nothing of it is served", async () => {
  const metrics = fakeMetrics();
  const unread = { ...pairOf("unread", null)[1], certificates: [] };
  const pairs = new Map([pairOf("a", "current"), pairOf("b", "held", END + 1000), pairOf("c", null, 1000)]);
  showGate(metrics, figuresOf([], { pairs: pairs.set("ns/unread", unread) }));
  assert.deepEqual(await family(metrics, "certgate_cert_not_after"), {
    '{namespace="ns",secret="a"}': END / 1000,
    '{namespace="ns",secret="b"}': END / 1000 + 1,
    '{namespace="ns",secret="c"}': 1,
  });
  assert.deepEqual(Object.values(await family(metrics, "certgate_cert_held")), [0, 1, 0, 0]);
});

Deno.test("showGate() shows sources, Gateways and what waits", async () => {
  const metrics = fakeMetrics();
  const source = { source: "/s/*", up: true, pairs: 3, errors: {}, message: "", watching: false };
  const state = { ...gateway, place, revision: "", message: "" };
  const gateways = [{ ...state, published: ["edge"] }, { ...state, published: [] }];
  showGate(
    metrics,
    figuresOf([], {
      plan: { objects: [], gateways, listeners: [], findings: [], challenges: [] },
      sources: [source, { ...source, source: "/t", up: false, pairs: 0 }],
      findings: 2,
      pendingSince: 5000,
      converged: false,
      clockWrong: true,
    }),
  );
  const samples = {
    'certgate_source_up{source="/s/*"}': 1,
    'certgate_source_up{source="/t"}': 0,
    'certgate_source_bundles{source="/s/*"}': 3,
    'certgate_source_watching{source="/s/*"}': 0,
    'certgate_gate_gateways{state="published"}': 1,
    'certgate_gate_gateways{state="out"}': 1,
    "certgate_resource_findings": 2,
    "certgate_gate_pending_since_timestamp_seconds": 5,
    "certgate_converged": 0,
    "certgate_clock_wrong": 1,
  };
  for (const [sample, value] of Object.entries(samples)) {
    assert.equal(await metrics.sample(sample), value, sample);
  }
  showGate(metrics, figuresOf([]));
  assert.equal(await metrics.sample('certgate_source_up{source="/s/*"}'), undefined);
  assert.equal(await metrics.sample("certgate_gate_pending_since_timestamp_seconds"), 0);
});

/*
 * Contract: after any sequence of evaluations the series say what the last one says, and nothing else: exactly the
 * listeners that are not published are withheld, and they are managed too; a scrape in between sees one of the two.
 */
Deno.test("showGate() says what the latest evaluation says", async () => {
  const listener = fc.record({
    host: fc.constantFrom("a", "b", "c", "d"),
    reason: fc.constantFrom<Reason>("Usable", "Expired", "Missing"),
    managed: fc.boolean(),
  });
  const evaluation = fc.uniqueArray(listener, { selector: ({ host }) => host, maxLength: 4 });
  const hosts = (rows: Record<string, number>) =>
    Object.keys(rows).map((labels) => labels.match(/hostname="(.*?)"/)![1]).sort();
  await fc.assert(
    fc.asyncProperty(fc.array(evaluation, { minLength: 1, maxLength: 3 }), async (evaluations) => {
      const metrics = fakeMetrics();
      for (const hosts of evaluations) {
        showGate(
          metrics,
          figuresOf(
            hosts.map(({ host, reason, managed }) =>
              reason === "Usable" ? listenerOf(host, { managed }) : darkOf(host, reason, { managed })
            ),
          ),
        );
      }
      const last = evaluations.at(-1)!.filter(({ managed }) => managed);
      const dark = last.filter(({ reason }) => reason !== "Usable").map(({ host }) => host).sort();
      assert.deepEqual(hosts(await family(metrics, `${CERT}_withheld`)), dark);
      assert.deepEqual(hosts(await family(metrics, `${CERT}_managed`)), last.map(({ host }) => host).sort());
      assert.deepEqual(
        hosts(await family(metrics, `${CERT}_expiry_time`)),
        last.map(({ host }) => host).filter((host) => !dark.includes(host)).sort(),
      );
    }),
    { numRuns: 20 },
  );
});
