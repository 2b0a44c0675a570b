import assert from "node:assert/strict";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  PostHTTPListenerModifyRequestSchema,
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
  PostVirtualHostModifyRequestSchema,
} from "../../proto/gen/extension/service_pb.ts";
import { FakeEnvoy, GO_FILTER_WORDS } from "../../tests/fakes/fake_envoy.ts";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { effectsOf, EVERYTHING, scene, sceneRequest } from "../../tests/fakes/policy_scene.ts";
import { toolPath } from "../../tests/setup/tools.ts";
import { GoFilter } from "./go_filter.ts";
import { lookForEnvoy } from "./host_envoy.ts";

const hostOf = (goFilter: GoFilter) => ({ path: "/envoy", confirmer: null, problem: "", goFilter });
const lacking = () => hostOf(new GoFilter("/envoy", () => Promise.resolve(false)));
const FIREWALL = ["wafListener", "wafRoute"] as const;
const REST = EVERYTHING.filter((effect) => !(FIREWALL as readonly string[]).includes(effect));
const PROBLEM = /The Envoy of this host, \/envoy, has no Go filter.* policy\.waf\.enabled/;

/** A policy of three of the four routes of the scene. */
const OF_ROUTE = `
apiVersion: networking.datumapis.com/v1alpha
kind: TrafficProtectionPolicy
metadata: { namespace: default, name: guard }
spec:
  targetRefs:
  - { group: gateway.networking.k8s.io, kind: HTTPRoute, name: app }
`;

/** The status that each route answers itself, 0 where it does not. */
function statuses(answer: Uint8Array): Record<string, number[]> {
  const { routes } = fromBinary(PostTranslateModifyResponseSchema, answer);
  const hosts = routes.flatMap(({ virtualHosts }) => virtualHosts);
  return Object.fromEntries(hosts.map(({ name, routes }) => [
    name,
    routes.map(({ action }) => action.case === "directResponse" ? action.value.status : 0),
  ]));
}

/** The request of a small hook for the first listener or virtual host of the scene. */
function smallRequest(hook: "PostHTTPListenerModify" | "PostVirtualHostModify"): Uint8Array {
  const { listeners: [listener], routes: [{ virtualHosts: [virtualHost] }] } = fromBinary(
    PostTranslateModifyRequestSchema,
    sceneRequest(),
  );
  return hook === "PostHTTPListenerModify"
    ? toBinary(PostHTTPListenerModifyRequestSchema, create(PostHTTPListenerModifyRequestSchema, { listener }))
    : toBinary(
      PostVirtualHostModifyRequestSchema,
      create(PostVirtualHostModifyRequestSchema, { virtualHost }),
    );
}

Deno.test("GoFilter asks a binary once, and again when its file is another one or did not say", () =>
  inDirectory(async (dir) => {
    const envoy = new FakeEnvoy(dir);
    await envoy.install(GO_FILTER_WORDS.lacksType);
    const filter = new GoFilter(envoy.path);
    assert.deepEqual([filter.asked, filter.problem], [false, ""]);
    await Promise.all([filter.ask(), filter.ask(), filter.look()]);
    assert.match(filter.problem, /has no Go filter/);
    await filter.look();
    assert.equal(await envoy.asked(), 1);
    // The same version, as a build with more filters has it.
    await envoy.install(GO_FILTER_WORDS.unclear);
    await filter.ask();
    assert.equal(await envoy.asked(), 1);
    await filter.look();
    assert.deepEqual([filter.asked, filter.problem], [true, ""]);
    await filter.look();
    assert.equal(await envoy.asked(), 3);
    await envoy.install(GO_FILTER_WORDS.knows);
    await filter.look();
    await filter.look();
    assert.deepEqual([filter.problem, await envoy.asked()], ["", 4]);
  }));

Deno.test("lookForEnvoy() finds out nothing of the filter by itself, and keeps what is known of it", () =>
  inDirectory(async (dir) => {
    const envoy = new FakeEnvoy(dir);
    await envoy.install(GO_FILTER_WORDS.lacksType);
    const first = await lookForEnvoy(envoy.path);
    assert.equal(await envoy.asked(), 0);
    assert.equal((await lookForEnvoy(envoy.path, first)).goFilter, first.goFilter);
    assert.equal((await lookForEnvoy("none")).goFilter, undefined);
  }));

Deno.test("translate() is an error where Envoy has no Go filter, and says what to do", async () => {
  const { handlers, calls, metrics } = scene({}, { envoy: lacking() });
  await assert.rejects(handlers.PostTranslateModify(sceneRequest()), { code: "INTERNAL", message: PROBLEM });
  assert.deepEqual([calls[0].outcome, calls[0].passing], ["error", false]);
  const name = 'certgate_mutation_failures_total{mutation="wafListener",kind="lint",action="closed"}';
  assert.equal(await metrics.sample(name), 1);
});

Deno.test("translate() goes on without a firewall where that is open and Envoy has no Go filter", async () => {
  const mutations = { wafListener: "open", wafRoute: "open" };
  const { handlers, calls, generation } = scene({ mutations }, { envoy: lacking() });
  const answer = await handlers.PostTranslateModify(sceneRequest());
  assert.deepEqual(effectsOf(answer), REST);
  // Who pays for a route is written all the same.
  assert.match(Buffer.from(answer).toString("latin1"), /datum-gateway/);
  assert.equal(Buffer.from(answer).includes("golang"), false);
  assert.deepEqual([calls[0].outcome, calls[0].applied.size], ["degraded", 0]);
  assert.match(generation.envoy.goFilter!.problem, PROBLEM);
});

for (
  const settings of [{ hooks: { PostTranslateModify: "http500" } }, {
    mutations: { wafListener: "http500", wafRoute: "open" },
  }]
) {
  const [[key, value]] = Object.entries(settings);
  Deno.test(`translate() answers 500 on the governed routes alone with ${key}: ${JSON.stringify(value)}`, async () => {
    const { handlers, calls } = scene(settings, { envoy: lacking(), objects: OF_ROUTE });
    const answer = await handlers.PostTranslateModify(sceneRequest());
    assert.deepEqual(statuses(answer), {
      "default/eg/http/up": [500, 0],
      "default/eg/http/down": [500, 500],
    });
    assert.equal(Buffer.from(answer).includes("golang"), false);
    assert.equal(calls[0].outcome, "degraded");
  });
}

Deno.test("translate() stops nothing with http500 where no route is under a policy", async () => {
  const objects = OF_ROUTE.replace("name: app }", "name: other }");
  const { handlers } = scene({ hooks: { PostTranslateModify: "http500" } }, { envoy: lacking(), objects });
  const answer = await handlers.PostTranslateModify(sceneRequest());
  assert.deepEqual(statuses(answer), { "default/eg/http/up": [0, 0], "default/eg/http/down": [0, 0] });
});

Deno.test("makeHookHandlers() refuses the listener and the virtual host of small hooks too", async () => {
  const { handlers } = scene({}, { envoy: lacking() });
  for (const hook of ["PostHTTPListenerModify", "PostVirtualHostModify"] as const) {
    await assert.rejects(handlers[hook](smallRequest(hook)), { code: "INTERNAL", message: PROBLEM });
  }
});

Deno.test("translate() waits for the first answer of Envoy, and at most its share of the time", async () => {
  const slow = Promise.withResolvers<boolean>();
  let asked = 0;
  const goFilter = new GoFilter("/envoy", () => (asked++, slow.promise));
  const deadline = 1000;
  const { handlers } = scene({ hook: { deadline } }, { envoy: hostOf(goFilter) });
  const began = performance.now();
  assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
  const took = performance.now() - began;
  assert(took > 0.65 * deadline && took < deadline, String(took));
  const second = handlers.PostTranslateModify(sceneRequest());
  slow.resolve(false);
  await assert.rejects(second, PROBLEM);
  assert.equal(asked, 1);
});

Deno.test("translate() does not ask Envoy where no firewall is wanted, or nothing is known of one", async () => {
  const never = new GoFilter("/envoy", () => Promise.reject(new Error("it was asked")));
  const { handlers } = scene({ policy: { waf: { enabled: "off" } } }, { envoy: hostOf(never) });
  await handlers.PostTranslateModify(sceneRequest());
  assert.equal(never.asked, false);
  const silent = hostOf(new GoFilter("/envoy", () => Promise.resolve(null)));
  const other = scene({}, { envoy: silent });
  assert.deepEqual(effectsOf(await other.handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
});

Deno.test("translate() refuses the firewall to the packaged Envoy, which is really asked", {
  ignore: toolPath("envoy") === null,
}, async () => {
  const envoy = await lookForEnvoy(toolPath("envoy")!);
  const { handlers } = scene({ hook: { deadline: 10_000 } }, { envoy });
  await assert.rejects(handlers.PostTranslateModify(sceneRequest()), /has no Go filter/);
});
