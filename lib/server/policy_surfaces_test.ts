import assert from "node:assert/strict";
import { trace, type Tracer } from "@opentelemetry/api";
import { HookClient } from "../../tests/fakes/hook_client.ts";
import { effectsOf, scene, sceneRequest } from "../../tests/fakes/policy_scene.ts";
import { draw } from "../../tests/golden/policy/drawing.ts";
import { Faults } from "./faults.ts";
import { bindGrpcServer, makeGrpcServer, stopGrpcServer } from "./grpc_server.ts";
import { HookError } from "./hook_error.ts";
import { renderStatusPage } from "./status_page.ts";
import { answerHttp, type HttpViews } from "./http_server.ts";

function faults(...texts: string[]): Faults {
  const parsed = Faults.parse(texts);
  assert(parsed instanceof Faults);
  return parsed;
}

Deno.test("translate() looks at nothing and answers with the request's own memory where there are no policies", async () => {
  const never = () => assert.fail("a mutation was asked");
  const mutations = { runMutation: never, targetsOf: never, planFailure: never };
  const policy = { localReply: { enabled: false } };
  const request = draw({ routes: [{ name: "web", hosts: [{ name: "a", routes: [{ name: "r" }] }] }] });
  for (
    const one of [
      scene({ policy }, { objects: "", mutations }),
      scene({ features: { policy: false } }, { mutations }),
    ]
  ) {
    const bytes = Uint8Array.from(request);
    const answer = await one.handlers.PostTranslateModify(bytes);
    assert.equal(answer.buffer, bytes.buffer);
    assert.equal(one.calls[0].outcome, "unchanged");
  }
});

Deno.test("makeHookHandlers() takes what a call has waited before off its time", async () => {
  const deadline = 60_000;
  const { handlers } = scene({ hook: { deadline } }, { faults: faults("mutation=localReply:hang") });
  const began = performance.now();
  await handlers.PostTranslateModify(sceneRequest(), 0.84 * deadline);
  assert(performance.now() - began < 0.1 * deadline, "as if it had not waited");
  // With nothing left a mutation is late before it begins, and that is an error by its failure policy.
  await assert.rejects(handlers.PostTranslateModify(sceneRequest(), deadline), { code: "UNAVAILABLE" });
});

Deno.test("makeHookHandlers() tells which policies, at which generation, an answer carries", async () => {
  const { handlers, calls, generation, metrics, log } = scene();
  await handlers.PostTranslateModify(sceneRequest());
  assert.deepEqual([...calls[0].applied], [["default/guard", 3]]);
  assert.equal(calls[0].policy, generation.policy.index.digest);
  assert.equal(await metrics.sample("certgate_waf_route_mutations_total"), 4);
  assert.equal(await metrics.sample("certgate_connector_offline_routes_total"), 2);
  const line = log.lines.find(({ sentence }) => sentence === "snapshot answered")!;
  assert.deepEqual([line.fields.waf_route, line.fields.connector_clusters, line.fields.vpc_bind], [4, 1, 1]);
});

Deno.test("makeHookHandlers() shows what failed in the status of the snapshot", async () => {
  const { handlers, reports, calls } = scene({}, { faults: faults("mutation=vpcBind:throw@1") });
  await handlers.PostTranslateModify(sceneRequest());
  const [{ failures, mutations, policy }] = reports.status();
  assert.deepEqual(failures, [{
    hook: "PostTranslateModify",
    mutation: "vpcBind",
    kind: "threw",
    action: "open",
    scope: null,
    targets: 1,
    place: 'cluster "httproute/default/app/rule/2"',
    message: "a fault was injected",
  }]);
  assert.deepEqual([mutations?.vpcBind, mutations?.wafRoute], [0, 4]);
  assert.deepEqual([policy, 1], [calls[0].policy, calls[0].snapshot]);
  await handlers.PostTranslateModify(sceneRequest());
  assert.deepEqual(reports.status()[0].failures, []);
});

Deno.test("makeHookHandlers() shows an error in the status of the snapshot until the next answer, and on the page", async () => {
  const { handlers, reports } = scene({}, { faults: faults("mutation=wafRoute:throw@2") });
  const request = () => handlers.PostTranslateModify(sceneRequest());
  await assert.rejects(request());
  assert.deepEqual(reports.status(), [], "there is no answer yet");
  const page = () =>
    renderStatusPage({ version: "1", ready: true, envoy: null, snapshots: reports.status(), gate: null });
  const one = scene({}, { faults: faults("mutation=wafRoute:throw@1"), reports });
  await scene({}, { reports }).handlers.PostTranslateModify(sceneRequest());
  assert.equal(reports.status()[0].refused, null);
  await assert.rejects(one.handlers.PostTranslateModify(sceneRequest()));
  const [{ refused }] = reports.status();
  assert.match(refused!.message, /^Cannot apply wafRoute at route ".*" and 3 more: a fault was injected$/);
  assert.match(page(), /What failed in the hook.*refused.*Cannot apply wafRoute at route &#34;/s);
  await one.handlers.PostTranslateModify(sceneRequest());
  assert.equal(reports.status()[0].refused, null);
  assert(!page().includes("What failed in the hook"));
});

Deno.test("makeHookHandlers() says that a mutation fails when it begins, each hour, and when it ends", async () => {
  let now = 0;
  const { handlers, log } = scene({}, { faults: faults("mutation=localReply:throw@3"), clock: () => now });
  const said = async () => {
    const before = log.lines.length;
    await handlers.PostTranslateModify(sceneRequest());
    return log.lines.slice(before).filter(({ sentence }) => /^a mutation|^what failed/.test(sentence))
      .map(({ sentence, fields }) => [sentence, fields.mutation, fields.reminder]);
  };
  const FAILED = "a mutation failed, the answer goes out without it";
  assert.deepEqual(await said(), [[FAILED, "localReply", false]]);
  assert.deepEqual(await said(), []);
  now += 3_600_000;
  assert.deepEqual(await said(), [[FAILED, "localReply", true]]);
  assert.deepEqual(await said(), [["what failed in a hook call fails no more", "localReply", undefined]]);
  assert.deepEqual(await said(), []);
});

Deno.test("/debug/programmed-set shows what the latest answer changed, and nothing unless it is switched on", async () => {
  const { handlers, reports, metrics } = scene({ debug: { programmedSet: true } });
  const get = (on: boolean) => {
    const views: HttpViews = {
      metrics,
      ready: () => true,
      status: () => ({ version: "1", ready: true, envoy: null, snapshots: [] }),
      gate: () => null,
      programmedSet: () => on ? reports.programmedSet() : null,
    };
    return answerHttp(new Request("http://localhost/debug/programmed-set"), views);
  };
  const off = await get(false);
  assert.equal(off.status, 404);
  assert(!(await off.text()).includes("debug"));
  const none = await (await get(true)).json();
  assert.deepEqual([none.buildID, none.capturedAt, none.keys.waf_route], [0, null, []]);
  await handlers.PostTranslateModify(sceneRequest());
  await handlers.PostTranslateModify(sceneRequest());
  const set = await (await get(true)).json();
  assert.equal(set.buildID, 2);
  assert.deepEqual(set.counts, {
    waf_route: 4,
    waf_hcm: 1,
    local_reply: 1,
    connector_cluster: 1,
    connector_route: 1,
    connector_offline: set.keys.connector_offline.length,
    vpc_bind: 1,
    tls_prune: 1,
  });
  assert.deepEqual(set.keys.tls_prune, ["bad.example.com"]);
  assert.deepEqual([set.tlsPrunedChains, set.tlsPrunedSecrets, set.tlsListenersLeftIntact], [1, 0, 0]);
  assert.deepEqual(set.keys.waf_route, [...set.keys.waf_route].sort());
});

Deno.test("makeGrpcServer() answers what passes with UNAVAILABLE, what stays with INTERNAL, with the words of the error", async () => {
  const seen: [string, boolean][] = [];
  const error = (kind: "threw" | "lint") => () => Promise.reject(new HookError([kind], "told so"));
  const fine = () => Promise.resolve(new Uint8Array(0));
  const grpc = makeGrpcServer({
    handlers: {
      PostRouteModify: error("threw"),
      PostVirtualHostModify: error("lint"),
      PostHTTPListenerModify: () => Promise.reject(new Error("told so")),
      PostClusterModify: fine,
      PostEndpointsModify: fine,
      PostTranslateModify: fine,
    },
    maxMessageSize: 1024,
    observer: { started: () => {}, handled: (_hook, code, seconds) => void seen.push([code, seconds >= 0]) },
  });
  const port = await bindGrpcServer(grpc.server, "127.0.0.1:0");
  const client = new HookClient(`127.0.0.1:${port}`);
  const request = new Uint8Array(0);
  await assert.rejects(client.call("PostRouteModify", request), { code: 14, details: "told so" });
  await assert.rejects(client.call("PostVirtualHostModify", request), { code: 13, details: "told so" });
  await assert.rejects(client.call("PostHTTPListenerModify", request), { code: 14 });
  await client.call("PostClusterModify", request);
  client.close();
  await stopGrpcServer(grpc.server, 1000);
  assert.deepEqual(seen, [["UNAVAILABLE", true], ["INTERNAL", true], ["UNAVAILABLE", true], ["OK", true]]);
});

Deno.test("translate() has a span for each mutation with what it did", async () => {
  const spans = new Map<string, Record<string, unknown>>();
  const tracer = {
    startActiveSpan: (name: string, _options: unknown, work: (span: unknown) => unknown) => {
      spans.set(name, {});
      const setAttributes = (more: object) => Object.assign(spans.get(name)!, more);
      return work({ isRecording: () => true, setAttributes, setStatus: () => {}, end: () => {} });
    },
  };
  trace.setGlobalTracerProvider({ getTracer: () => tracer as unknown as Tracer });
  try {
    const { handlers } = scene();
    assert(effectsOf(await handlers.PostTranslateModify(sceneRequest())).length > 0);
  } finally {
    trace.disable();
  }
  const found = [...spans].filter(([name]) => /^(tpp|connector|vpcpod|handler)/.test(name));
  assert.deepEqual(Object.fromEntries(found), {
    "handler": { "xds.clusters": 4, "xds.listeners": 1, "xds.route_configs": 1, "xds.routes_total": 4 },
    "tpp.listeners": { "hcm.injected": 1 },
    "tpp.local_reply": { "hcm.local_reply_applied": 1 },
    "tpp.routes": { "routes.tpp_applied": 4 },
    "connector.clusters": { "clusters.replaced": 1 },
    "connector.routes": { "vhosts.connector_applied": 1, "routes.connector_offline": 2 },
    "vpcpod.clusters": { "clusters.bound": 1 },
  });
});
