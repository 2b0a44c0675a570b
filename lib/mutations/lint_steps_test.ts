import assert from "node:assert/strict";
import type { PolicyStep } from "../model/mod.ts";
import { lintSteps } from "./lint_steps.ts";
import { runMutation } from "./run_mutation.ts";
import { all, contextOf, entry, index, settings, waf } from "../../tests/golden/policy/fake_context.ts";
import type { PolicyContext } from "./policy_context.ts";

type Kind = PolicyStep["kind"];
type Of<K extends Kind> = Extract<PolicyStep, { readonly kind: K }>;

/** Steps as they are right: one of each kind. */
function right(context: PolicyContext): Map<Kind, PolicyStep> {
  const names = [
    "wafListener",
    "localReply",
    "wafRoute",
    "connectorClusters",
    "connectorRoutes",
    "vpcBind",
  ] as const;
  const steps = names.flatMap((name) => runMutation(name, context).steps);
  const offline = runMutation("connectorRoutes", contextOf(OFFLINE)).steps;
  return new Map([...steps, ...offline].map((step) => [step.kind, step]));
}

const OFFLINE = {
  routes: [{ name: "web", hosts: [{ name: "a", routes: [{ name: "a0", cluster: "offline" }] }] }],
};

function problemOf(step: PolicyStep, context = contextOf()): string {
  return lintSteps([step], context).get(step) ?? "";
}

function bad<K extends Kind>(
  kind: K,
  change: (step: Of<K>) => Of<K>,
  problem: RegExp,
  context = contextOf(),
) {
  const step = right(contextOf()).get(kind) as Of<K>;
  assert.equal(problemOf(step, kind === "add_offline_route" ? contextOf(OFFLINE) : contextOf()), "", kind);
  assert.match(problemOf(change(step), context), problem);
}

Deno.test("lintSteps() finds nothing in steps that are right", () => {
  const context = contextOf();
  const steps = [...right(context)].filter(([kind]) => kind !== "add_offline_route").map(([, step]) => step);
  assert.equal(steps.length, 7);
  assert.deepEqual(lintSteps(steps, context), new Map());
});

Deno.test("lintSteps() finds a filter that is nameless, twice there, or the last", () => {
  bad("insert_waf_filter", (step) => ({ ...step, waf: { ...waf, filterName: "" } }), /filterName/);
  bad("insert_waf_filter", (step) => ({ ...step, waf: { ...waf, libraryId: "" } }), /libraryId/);
  bad("insert_waf_filter", (step) => ({ ...step, waf: { ...waf, libraryPath: "" } }), /libraryPath/);
  bad("insert_waf_filter", (step) => ({ ...step, waf: { ...waf, pluginName: "" } }), /pluginName/);
  const router = "envoy.filters.http.router";
  bad("insert_waf_filter", (step) => ({ ...step, waf: { ...waf, filterName: router } }), /twice/);
  const filters = (names: string[]) => ({
    ...all,
    listeners: [all.listeners![0], { name: "tcp-81", default: [{ rds: "web", filters: names }] }],
  });
  bad("insert_waf_filter", (step) => step, /no filter stands behind/, contextOf(filters([])));
});

Deno.test("lintSteps() finds what names the Go filter where Envoy has none, and nothing else", () => {
  const steps = right(contextOf());
  const wafProblem = "no Go filter";
  const problems = lintSteps([...steps.values()], contextOf(all, { wafProblem }));
  const found = [...problems].filter(([, message]) => message === wafProblem).map(([step]) => step.kind);
  assert.deepEqual(found, ["insert_waf_filter", "stamp_route"]);
  const bare = { ...steps.get("stamp_route") as Of<"stamp_route">, policy: null };
  assert.equal(problemOf(bare, contextOf(all, { wafProblem })), "");
});

Deno.test("lintSteps() finds a percent sign that is no operator, and a reply that Envoy refuses", () => {
  const reply = settings.localReply!;
  const change = (part: Partial<typeof reply>) => (step: Of<"set_local_reply">) => (
    { ...step, reply: { ...reply, ...part } }
  );
  bad("set_local_reply", change({ body: "width: 100%" }), /position 10/);
  bad("set_local_reply", change({ body: "" }), /empty/);
  bad("set_local_reply", change({ runtimeKey: "" }), /runtime key/);
  bad("set_local_reply", change({ contentType: "a\nb" }), /line break/);
  bad("set_local_reply", change({ minStatusCode: 0 }), /status 0/);
});

Deno.test("lintSteps() finds places that are not in the snapshot", () => {
  bad("insert_waf_filter", (step) => ({ ...step, chain: 7 }), /no such HTTP connection manager/);
  bad("insert_waf_filter", (step) => ({ ...step, listenerName: "other" }), /no such HTTP connection manager/);
  bad("stamp_route", (step) => ({ ...step, route: 7 }), /no route/);
  bad("stamp_route", (step) => ({ ...step, virtualHost: 7 }), /no virtual host/);
  bad("refuse_route", (step) => ({ ...step, routeConfig: 7 }), /no virtual host/);
  bad("replace_cluster", (step) => ({ ...step, clusterName: "other" }), /no cluster "other"/);
  bad("bind_cluster", (step) => ({ ...step, cluster: 7 }), /no cluster/);
});

Deno.test("lintSteps() finds a policy without name or directives, and one for a filter that nobody has", () => {
  bad("stamp_route", (step) => ({ ...step, policy: { ...entry, name: "" } }), /no name/);
  bad("stamp_route", (step) => ({ ...step, policy: { ...entry, directives: [] } }), /no directives/);
  bad(
    "stamp_route",
    (step) => ({ ...step, waf: { ...waf, filterName: "other" } }),
    /no HTTP connection manager/,
  );
  const inline = { ...all, listeners: [{ name: "tcp-80", chains: [[{ inline: true }]] }] };
  bad("stamp_route", (step) => step, /no HTTP connection manager/, contextOf(inline));
});

Deno.test("lintSteps() lets a small hook name a filter and a cluster that it does not see", () => {
  const { listeners: _, clusters: __, ...routes } = all;
  const steps = right(contextOf());
  for (const kind of ["stamp_route", "add_connect_route"] as const) {
    assert.equal(problemOf(steps.get(kind)!, contextOf(routes, { whole: false })), "", kind);
  }
});

Deno.test("lintSteps() finds a domain that would stand twice, in any case of letters, in the snapshot or by two steps", () => {
  bad("add_connect_route", (step) => ({ ...step, domain: "B.test" }), /stand twice/);
  bad("add_connect_route", (step) => ({ ...step, domain: "" }), /domain is empty/);
  bad("add_connect_route", (step) => ({ ...step, domain: "a\nb" }), /line break/);
  const step = right(contextOf()).get("add_connect_route") as Of<"add_connect_route">;
  const other = { ...step, virtualHost: 1, virtualHostName: "b", domain: step.domain!.toUpperCase() };
  assert.deepEqual([...lintSteps([step, other], contextOf()).keys()], [other]);
});

Deno.test("lintSteps() finds a route for CONNECT that is nameless, the second, or leads nowhere", () => {
  bad("add_connect_route", (step) => ({ ...step, cluster: "nowhere" }), /no cluster "nowhere"/);
  bad("add_connect_route", (step) => ({ ...step, cluster: "" }), /no cluster/);
  bad("add_connect_route", (step) => ({ ...step, name: "" }), /name of the route/);
  bad("add_offline_route", (step) => ({ ...step, name: "" }), /name of the route/, contextOf(OFFLINE));
  const step = right(contextOf()).get("add_connect_route") as Of<"add_connect_route">;
  const again = { ...step, domain: null };
  assert.match(lintSteps([step, again], contextOf()).get(again)!, /two routes for CONNECT/);
});

Deno.test("lintSteps() finds a tunnel without entrance or end, a device with too long a name, and a body that is too long", () => {
  bad("replace_cluster", (step) => ({ ...step, tunnelListener: "" }), /internal listener/);
  const tunnel = { online: true, address: "localhost", nodeId: "" } as const;
  bad("replace_cluster", (step) => ({ ...step, tunnel }), /host and port/);
  bad("bind_cluster", (step) => ({ ...step, device: "vrf-0123456789ab" }), /name of a device/);
  bad("bind_cluster", (step) => ({ ...step, device: "vrf-éééééé" }), /name of a device/);
  bad("bind_cluster", (step) => ({ ...step, device: "" }), /name of a device/);
  bad("bind_cluster", (step) => ({ ...step, device: "vrf/0" }), /name of a device/);
  bad("refuse_route", (step) => ({ ...step, body: "x".repeat(4097) }), /too long/);
});

Deno.test("lintSteps() fails the target of a bad step alone", () => {
  const connector: typeof index.connector = (name) => (
    name === "online" ? { online: true, address: "no port", nodeId: "" } : index.connector(name)
  );
  const drawing = { clusters: ["online", "online2"] };
  const { steps, failures } = runMutation(
    "connectorClusters",
    contextOf(drawing, { index: { ...index, connector } }),
  );
  assert.deepEqual(steps.map((step) => "clusterName" in step && step.clusterName), ["online2"]);
  assert.deepEqual(failures.map(({ kind }) => kind), ["lint"]);
});
