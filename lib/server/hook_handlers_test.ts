import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import {
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
} from "../../proto/gen/extension/service_pb.ts";
import { KeyMaterial } from "../model/mod.ts";
import { parseConfig } from "../resources/mod.ts";
import { CallsUnderWay } from "./calls_under_way.ts";
import { makeGeneration } from "./generation.ts";
import { type AnsweredCall, type HookParts, makeHookHandlers } from "./hook_handlers.ts";
import { noPolicy } from "./policy_belief.ts";
import { SnapshotReports } from "./snapshot_reports.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };

const certState = (gateway: string, revision: string) => ({
  unstructuredBytes: text(JSON.stringify({
    apiVersion: "certgate.dev/v1alpha1",
    kind: "CertState",
    metadata: { namespace: "ns", name: gateway },
    spec: { targetRef: { kind: "Gateway", name: gateway }, revision },
  })),
});

const listener = (portValue: number, ...serverNames: string[]) => ({
  name: `port ${portValue}`,
  address: {
    address: {
      case: "socketAddress" as const,
      value: { portSpecifier: { case: "portValue" as const, value: portValue } },
    },
  },
  filterChains: [{ name: "chain", filterChainMatch: { serverNames } }],
});

const request = (...gateways: [string, string][]) =>
  toBinary(
    PostTranslateModifyRequestSchema,
    create(PostTranslateModifyRequestSchema, {
      postTranslateContext: {
        extensionResources: gateways.map(([name, revision]) => certState(name, revision)),
      },
      listeners: [listener(443, "*.example.com")],
    }),
  );

function defaults() {
  const parsed = parseConfig("", "config.yaml");
  assert.ok(parsed.ok);
  return parsed.config;
}

function bench(more: Partial<HookParts> = {}) {
  const log = new FakeLog();
  const metrics = fakeMetrics();
  const clock = () => 1_000_000;
  const generation = makeGeneration(
    defaults(),
    new Map(),
    { path: "none", confirmer: null, problem: "" },
    { log, metrics, clock, keeper: { keep: () => {} } },
  );
  const calls: AnsweredCall[] = [];
  const reports = new SnapshotReports({ log, metrics, clock });
  const handlers = makeHookHandlers({
    generation: () => generation,
    reports,
    throwaways,
    metrics,
    log,
    clock,
    onAnswered: (call) => calls.push(call),
    ...more,
  });
  return { log, metrics, reports, calls, answer: handlers.PostTranslateModify, handlers };
}

/** A call of the bench in which no policy object has a part. */
function answered(call: Partial<AnsweredCall>): AnsweredCall {
  const { digest } = noPolicy(defaults()).index;
  const hook = "PostTranslateModify";
  const rest = {
    gateways: [],
    outcome: "unchanged",
    snapshot: 0,
    applied: new Map(),
    passing: false,
  } as const;
  return { hook, at: 1_000_000, policy: digest, ...rest, ...call };
}

Deno.test("makeHookHandlers() tells which Gateways, at which revision, were answered", async () => {
  const { calls, answer, reports } = bench();
  await answer(request(["a", "r1"], ["b", "r2"]));
  const gateways = [
    { namespace: "ns", name: "a", revision: "r1" },
    { namespace: "ns", name: "b", revision: "r2" },
  ];
  assert.deepEqual(calls, [answered({ gateways, outcome: "unchanged", snapshot: 1, bundlesInPlace: [] })]);
  assert.deepEqual(reports.status().map(({ gateways }) => gateways), [gateways]);
});

Deno.test("makeHookHandlers() tells of a call that could not be answered, with the Gateways that it was about", async () => {
  const { calls, answer } = bench();
  const broken = Buffer.concat([request(["a", "r1"]), Uint8Array.of(0x22, 0x7f)]);
  await assert.rejects(answer(broken), { code: "INTERNAL", message: /^Cannot read the snapshot/ });
  const gateways = [{ namespace: "ns", name: "a", revision: "r1" }];
  assert.deepEqual(calls, [answered({ gateways, outcome: "error" })]);
});

Deno.test("makeHookHandlers() answers all the same when whoever listens fails", async () => {
  const { log, answer } = bench({
    onAnswered: () => {
      throw new Error("no");
    },
  });
  assert.ok((await answer(request(["a", "r1"]))).length > 0);
  assert.deepEqual(log.sentences("error"), ["taking note of an answer failed, the answer goes out"]);
});

Deno.test("makeHookHandlers() makes what the gate leaves out refuse, and reports it with the words of the gate", async () => {
  const dark = [{
    hostname: "b.example.com",
    port: 443,
    reason: "KeyMismatch",
    cause: "key_mismatch",
    message: "the words of the gate",
    secret: "ns/b",
  }] as const;
  const { calls, answer, reports, metrics, log } = bench({ dark: () => dark });
  const { listeners } = fromBinary(PostTranslateModifyResponseSchema, await answer(request(["a", "r1"])));
  assert.deepEqual(listeners[0].filterChains.map(({ filterChainMatch }) => filterChainMatch?.serverNames), [
    ["*.example.com"],
    ["b.example.com"],
  ]);
  const [status] = reports.status();
  assert.deepEqual(status.withheld, [{
    hostname: "b.example.com",
    listener: "port 443",
    secret: "ns/b",
    reason: "KeyMismatch",
    cause: "key_mismatch",
    message: "the words of the gate",
    detail: "",
    by: "gate",
    notAfter: null,
  }]);
  assert.deepEqual(log.sentences("warn"), [], "the gate has told what is wrong");
  const line = log.lines.find(({ sentence }) => sentence.startsWith("what the gate withholds is refused"));
  assert.deepEqual(line?.fields, {
    gateways: ["ns/a"],
    added_chains: 1,
    hostnames: ["b.example.com"],
    reminder: false,
  });
  assert.equal(calls[0].outcome, "changed");
  assert.equal(await metrics.sample('certgate_tls_withheld_hostnames_active{reason="KeyMismatch"}'), 1);
});

Deno.test("makeHookHandlers() tells of no other hook", async () => {
  const { calls, handlers } = bench();
  await handlers.PostRouteModify(new Uint8Array(0));
  assert.deepEqual(calls, []);
});

Deno.test("makeHookHandlers() says that a call is under way until it ends, well or badly", async () => {
  const seen: number[] = [];
  let now = 0;
  const calls = new CallsUnderWay(() => now);
  const onAnswered = () => {
    now += 10;
    seen.push(calls.longest());
  };
  const { handlers } = bench({ calls, onAnswered });
  await handlers.PostTranslateModify(request(["g", "1"]));
  assert.equal(calls.longest(), 0);
  await assert.rejects(handlers.PostTranslateModify(text("no message")));
  now += 10;
  assert.deepEqual([seen, calls.longest()], [[10, 10], 0]);
});
