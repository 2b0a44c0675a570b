import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import { PostTranslateModifyRequestSchema } from "../../proto/gen/extension/service_pb.ts";
import type { Plan, Step, Verdict } from "../model/mod.ts";
import { readSnapshot } from "../xds/mod.ts";
import { type SnapshotGateway, SnapshotReports } from "./snapshot_reports.ts";

const expired: Verdict = {
  action: "withhold",
  reason: "Expired",
  cause: "expired",
  detail: "",
  edge: null,
  validity: { notBefore: 0, notAfter: Date.parse("2030-01-02T03:04:00Z") },
};

function snapshot(listener: string, ...chains: string[]) {
  const message = create(PostTranslateModifyRequestSchema, {
    listeners: [
      { name: "envoy-gateway-proxy-ready-0.0.0.0-19003", filterChains: [{ name: "ready" }] },
      { name: listener, filterChains: chains.map((name) => ({ name })) },
    ],
  });
  return readSnapshot(toBinary(PostTranslateModifyRequestSchema, message));
}

function planFor(listener: string, ...hostnames: string[]): Plan {
  const steps = hostnames.map((hostname, chain): Step => ({
    kind: "drop_chain",
    listener: 1,
    listenerName: listener,
    chain,
    chainName: hostname,
    blame: [{ hostnames: [hostname], secret: `default/${hostname}`, verdict: expired }],
  }));
  const zero = {
    refusingChains: 0,
    addedChains: 0,
    prunedCertificates: 0,
    removedListeners: 0,
    parkedListeners: 0,
  };
  const counts = {
    ...zero,
    prunedChains: steps.length,
    prunedSecrets: 0,
    neutralised: 0,
    filteredBundles: 0,
  };
  return { steps, findings: [], counts, withheldHostnames: hostnames, edge: null };
}

function bench() {
  const log = new FakeLog();
  const metrics = fakeMetrics();
  const time = { now: 1_000_000 };
  const reports = new SnapshotReports({ log, metrics, clock: () => time.now });
  const record = (shot: ReturnType<typeof snapshot>, plan: Plan, gateways: SnapshotGateway[] = []) =>
    reports.record({
      snapshot: shot,
      gateways,
      plan,
      requestBytes: 1,
      responseBytes: 1,
      maxMessageSize: 100,
      whenEmpty: "remove",
    });
  const pruned = () => log.sentences("warn").filter((text) => text === "pruned invalid TLS chains").length;
  return { log, metrics, time, reports, record, pruned };
}

const ACTIVE = "certgate_tls_pruned_chains_active";

Deno.test("SnapshotReports adds snapshots of several Gateways and replaces each by its next", async () => {
  const { metrics, record } = bench();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"));
  record(snapshot("b", "ns/b/1"), planFor("b", "two.test", "three.test"));
  assert.equal(await metrics.sample(ACTIVE), 3);
  assert.equal(await metrics.sample('certgate_tls_withheld_hostnames_active{reason="Expired"}'), 3);
  record(snapshot("b", "ns/b/1"), planFor("b"));
  assert.equal(await metrics.sample(ACTIVE), 1);
  assert.equal(await metrics.sample("certgate_tls_pruned_chains_total"), 3);
});

Deno.test("SnapshotReports knows a Gateway again whose listener was renamed, and not one that shares a name", async () => {
  const { metrics, record } = bench();
  record(snapshot("ns/a/1", "ns/a/1", "ns/a/2"), planFor("ns/a/1", "one.test"));
  record(snapshot("ns/a/2", "ns/a/2"), planFor("ns/a/2", "one.test"));
  assert.equal(await metrics.sample(ACTIVE), 1);
  record(snapshot("tcp-443", "ns/b/1"), planFor("tcp-443", "two.test"));
  record(snapshot("tcp-443", "ns/c/1"), planFor("tcp-443", "three.test"));
  assert.equal(await metrics.sample(ACTIVE), 3);
});

Deno.test("SnapshotReports logs a change once, a reminder each hour, and the recovery", () => {
  const { log, time, record, pruned } = bench();
  const again = () => record(snapshot("a", "ns/a/1"), planFor("a", "one.test"));
  again();
  again();
  assert.equal(pruned(), 1);
  time.now += 3_600_000;
  again();
  assert.equal(pruned(), 2);
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test", "two.test"));
  assert.equal(pruned(), 3);
  record(snapshot("a", "ns/a/1"), planFor("a"));
  record(snapshot("a", "ns/a/1"), planFor("a"));
  assert.equal(
    log.sentences("info").filter((text) => text === "every certificate is usable again").length,
    1,
  );
});

Deno.test("SnapshotReports says the recovery of a Gateway whose listener was renamed, and nothing twice", () => {
  const { log, record, pruned } = bench();
  record(snapshot("ns/a/1", "ns/a/1", "ns/a/2"), planFor("ns/a/1", "one.test"));
  record(snapshot("ns/a/2", "ns/a/2"), planFor("ns/a/2"));
  record(snapshot("ns/a/2", "ns/a/2"), planFor("ns/a/2"));
  assert.equal(pruned(), 1);
  assert.equal(
    log.sentences("info").filter((text) => text === "every certificate is usable again").length,
    1,
  );
});

Deno.test("SnapshotReports warns once of what is left out, though another Gateway has it", async () => {
  const { log, metrics, record } = bench();
  const finding = { kind: "incomplete_input", list: "routes", detail: "" } as const;
  for (let round = 0; round < 3; round++) {
    record(snapshot("a", "ns/a/1"), { ...planFor("a"), findings: [finding] });
    record(snapshot("b", "ns/b/1"), planFor("b"));
  }
  const left = log.sentences("warn").filter((text) => text.startsWith("envoy gateway leaves out"));
  assert.equal(left.length, 1);
  assert.equal(await metrics.sample('certgate_hook_incomplete_input{kind="routes"}'), 1);
});

Deno.test("SnapshotReports names in log and status only what is affected, in plain words", () => {
  const { log, reports, record } = bench();
  record(snapshot("a", "ns/a/1", "ns/a/2"), planFor("a", "one.test"));
  const line = log.lines.find((line) => line.sentence === "pruned invalid TLS chains");
  assert.deepEqual(line?.fields.affected_listeners, ["a"]);
  assert.deepEqual(line?.fields.dropped_hostnames, ["one.test"]);
  const unhealthy = log.lines.find((line) => line.sentence === "listener certificate unhealthy");
  assert.equal(unhealthy?.fields.cert_not_after, "2030-01-02T03:04:00.000Z");
  const [status] = reports.status();
  assert.deepEqual(status.withheld.map(({ hostname }) => hostname), ["one.test"]);
  assert.match(
    status.withheld[0].message,
    /^HTTPS for one\.test is stopped: its certificate ran out on 2030-01-02 03:04 UTC/,
  );
});

const gateway = (name: string, revision = "r1"): SnapshotGateway => ({ namespace: "ns", name, revision });

Deno.test("SnapshotReports knows a snapshot again by its Gateways, whatever became of its chains", async () => {
  const { metrics, record, reports } = bench();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"), [gateway("a")]);
  record(snapshot("a", "ns/a/9"), planFor("a", "two.test"), [gateway("a", "r2")]);
  assert.equal(await metrics.sample(ACTIVE), 1);
  record(snapshot("a", "ns/a/9"), planFor("a", "three.test"), [gateway("b")]);
  assert.equal(await metrics.sample(ACTIVE), 2);
  const status = reports.status();
  assert.deepEqual(status.map(({ gateways }) => gateways), [[gateway("a", "r2")], [gateway("b")]]);
});

Deno.test("SnapshotReports takes a snapshot that begins to name its Gateways for the one that did not", async () => {
  const { metrics, record } = bench();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"));
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"), [gateway("a")]);
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"));
  assert.equal(await metrics.sample(ACTIVE), 1);
});

Deno.test("SnapshotReports forgets the Gateways that are gone, and only these", async () => {
  const { metrics, record, reports, pruned } = bench();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"), [gateway("a"), gateway("b")]);
  record(snapshot("c", "ns/c/1"), planFor("c", "two.test"), [gateway("c")]);
  record(snapshot("d", "ns/d/1"), planFor("d", "three.test"));
  reports.retain((key) => key === "ns/b" || key === "ns/c");
  assert.equal(await metrics.sample(ACTIVE), 3);
  reports.retain((key) => key === "ns/c");
  assert.equal(await metrics.sample(ACTIVE), 2);
  assert.equal(await metrics.sample('certgate_tls_withheld_hostnames_active{reason="Expired"}'), 2);
  reports.retain(() => false);
  assert.equal(await metrics.sample(ACTIVE), 1);
  const before = pruned();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"), [gateway("a")]);
  assert.equal(pruned(), before + 1, "what comes again is told again");
});

Deno.test("SnapshotReports names the Gateways in every line about a snapshot", () => {
  const { log, record } = bench();
  record(snapshot("a", "ns/a/1"), planFor("a", "one.test"), [gateway("a")]);
  record(snapshot("a", "ns/a/1"), planFor("a"), [gateway("a")]);
  for (const { sentence, fields } of log.lines) assert.deepEqual(fields.gateways, ["ns/a"], sentence);
});
