import assert from "node:assert/strict";
import {
  KeyMaterial,
  type PolicyEntry,
  type PolicyStep,
  type Verdict,
  type WafFilter,
} from "../model/mod.ts";
import { bindField } from "./_bind.ts";
import { anyField, field, join, textField, varintField } from "./_encode.ts";
import { encodeStruct, structField } from "./_encode_struct.ts";
import { FAILED_ROUTE, FAILED_ROUTE_CONFIG } from "./_answers.ts";
import { tunnelCluster } from "./_tunnel.ts";
import { goJson, perRoute, wafFilterField } from "./_waf.ts";
import { type AnyStep, applyPlan } from "./apply_plan.ts";
import { readSnapshot } from "./snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
const verdict: Verdict = { action: "withhold", reason: "Expired", cause: "expired", detail: "", edge: null };
const blame = [{ hostnames: [], secret: "s", verdict }];
const UNKNOWN = field(90, text("kept"));

const waf: WafFilter = {
  filterName: "coraza-waf",
  pluginName: "coraza",
  libraryId: "id",
  libraryPath: "/lib.so",
  listenerDirectives: [],
  traceRouteMetadataExtractor: "",
};
const policy: PolicyEntry = {
  namespace: "ns",
  name: "p",
  generation: 3,
  mode: "Enforce",
  directives: ["A", "B"],
};
const reply = { body: "<p>100%%</p>", contentType: "text/html", minStatusCode: 500, runtimeKey: "key" };

function apply(request: Uint8Array, ...steps: AnyStep[]): Buffer {
  return applyPlan(readSnapshot(request), { steps }, { throwaways }) as Buffer;
}

const same = (actual: Uint8Array, expected: Uint8Array) =>
  assert.equal(Buffer.from(actual).toString("hex"), Buffer.from(expected).toString("hex"));

const hostPlace = { routeConfig: 0, routeConfigName: "rc", virtualHost: 1, virtualHostName: "v" };
const routePlace = { ...hostPlace, route: 1, routeName: "r" };
const before = field(2, textField(1, "other"), field(3, textField(14, "other")));
const first = field(3, textField(14, "first"));

/** A route configuration whose second virtual host has these parts; request and answer differ in one number. */
const config = (number: number, ...host: Uint8Array[]) =>
  field(number, UNKNOWN, before, textField(1, "rc"), field(2, ...host), UNKNOWN);

function onRoute(route: Uint8Array[], ...steps: AnyStep[]): Uint8Array {
  return apply(config(5, textField(1, "v"), first, UNKNOWN, field(3, ...route)), ...steps);
}

const withRoute = (...route: Uint8Array[]) =>
  config(4, textField(1, "v"), first, UNKNOWN, field(3, ...route));

Deno.test("applyPlan() appends the project's name to a route and keeps what stood beside it", () => {
  const stamp = (project: string): PolicyStep => ({
    kind: "stamp_route",
    ...routePlace,
    project,
    policy: null,
    waf,
  });
  const metadata = (struct: Uint8Array) =>
    field(4, field(1, textField(1, "datum-gateway"), field(2, struct)));
  const name = encodeStruct({ project_name: "p" });
  const route = [textField(14, "r"), field(2, textField(1, "c")), UNKNOWN];
  same(onRoute(route, stamp("p")), withRoute(...route, metadata(name)));
  const old = encodeStruct({ project_name: "old", more: [1, true, null] });
  const again = join([old, structField("project_name", "p")]);
  same(onRoute([metadata(old), ...route], stamp("p")), withRoute(metadata(old), ...route, metadata(again)));
});

Deno.test("applyPlan() gives a governed route the policy in place of what was there, and its directives", () => {
  const stamp: PolicyStep = { kind: "stamp_route", ...routePlace, project: "p", policy, waf };
  const old = field(4, field(1, textField(1, "datum-gateway"), field(2, encodeStruct({ gone: "x" }))));
  const resource = {
    kind: "TrafficProtectionPolicy",
    namespace: "ns",
    name: "p",
    mode: "Enforce",
    generation: 3,
  };
  const struct = encodeStruct({ project_name: "p", resources: [resource] });
  const metadata = field(4, field(1, textField(1, "datum-gateway"), field(2, struct)));
  same(onRoute([old], stamp), withRoute(old, metadata, perRoute(policy, waf).field));
  const [config] =
    readSnapshot(Buffer.from(onRoute([old], stamp)).map((byte, at) => at === 0 ? byte + 8 : byte))
      .routeConfigs;
  assert.ok(config.virtualHosts[1].routes[1].isStampedAs("p", policy, waf));
  assert.ok(!config.virtualHosts[1].routes[0].isStampedAs("p", policy, waf));
});

Deno.test("applyPlan() encodes a policy once", () => {
  assert.equal(perRoute(policy, waf), perRoute(policy, waf));
  assert.notEqual(perRoute(policy, waf), perRoute({ ...policy }, waf));
  assert.notEqual(perRoute(policy, waf), perRoute(policy, { ...waf }));
  assert.equal(wafFilterField(waf), wafFilterField(waf));
});

Deno.test("goJson() writes a list as Go's encoder does", () => {
  assert.equal(goJson([]), "[]");
  assert.equal(
    goJson(['<a href="x">&', "\u2028\u2029", "\ud800", "\b\f\t\n\r\u0001\u007f", "é\u{1f600}"]),
    '["\\u003ca href=\\"x\\"\\u003e\\u0026","\\u2028\\u2029","\ufffd","\\b\\f\\t\\n\\r\\u0001\u007f","é\u{1f600}"]',
  );
});

Deno.test("applyPlan() refuses a route in place of whatever action it had; the last of two refusals counts", () => {
  const refuse = (status: 500 | 503, body: string): PolicyStep => (
    { kind: "refuse_route", ...routePlace, status, body }
  );
  const answer = (status: number, ...body: Uint8Array[]) => field(7, varintField(1, status), ...body);
  const match = field(1, textField(1, "/"));
  for (
    const action of [
      field(2, textField(1, "c")),
      field(3),
      field(7, varintField(1, 301), field(3)),
      field(18),
    ]
  ) {
    const route = [match, action, UNKNOWN, textField(14, "r")];
    const said = answer(503, field(2, textField(3, "no")));
    same(onRoute(route, refuse(503, "no")), withRoute(match, UNKNOWN, textField(14, "r"), said));
  }
  same(onRoute([match], refuse(503, "no"), refuse(500, "")), withRoute(match, answer(500)));
});

Deno.test("applyPlan() puts CONNECT routes first, in the order of the steps, and adds their domains", () => {
  const connect = (name: string, cluster: string, domain: string | null): PolicyStep => (
    { kind: "add_connect_route", ...hostPlace, name, cluster, domain }
  );
  const offline: PolicyStep = { kind: "add_offline_route", ...hostPlace, name: "off" };
  const host = [textField(1, "v"), first, textField(2, "a.test"), UNKNOWN];
  const match = field(1, field(12));
  const to = (cluster: string, name: string) => {
    const upgrade = field(25, textField(1, "CONNECT"), field(3));
    return field(3, match, field(2, textField(1, cluster), upgrade), textField(14, name));
  };
  const away = field(
    3,
    match,
    field(7, varintField(1, 503), field(2, textField(3, "Tunnel not online"))),
    textField(14, "off"),
  );
  same(
    apply(config(5, ...host), connect("one", "c1", "x.test"), connect("two", "c2", null), offline),
    config(4, to("c1", "one"), to("c2", "two"), away, ...host, textField(2, "x.test")),
  );
});

Deno.test("applyPlan() fails a virtual host as a whole, whatever else is to be done to it", () => {
  const host = [textField(1, "v"), first, textField(2, "a.test"), field(21), UNKNOWN, field(3)];
  const answer = apply(
    config(5, ...host),
    { kind: "add_connect_route", ...hostPlace, name: "n", cluster: "c", domain: "x.test" },
    { kind: "fail_virtual_host", ...hostPlace },
    { kind: "stamp_route", ...routePlace, project: "p", policy, waf },
  );
  same(answer, config(4, textField(1, "v"), textField(2, "a.test"), UNKNOWN, FAILED_ROUTE));
});

const TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const manager = (...parts: Uint8Array[]) =>
  field(
    3,
    textField(1, "envoy.filters.network.http_connection_manager"),
    anyField(4, TYPE, ...parts),
    UNKNOWN,
  );
const managerPlace = { listener: 0, listenerName: "l", filter: 1 };
const rds = field(3, textField(2, "rc"));
const router = field(5, textField(1, "router"));
const localReply = field(
  38,
  field(
    1,
    field(1, field(1, field(1, varintField(1, 1), field(2, varintField(2, 500), textField(3, "key"))))),
    field(4, textField(4, "text/html"), field(5, textField(3, "<p>100%%</p>"))),
  ),
);

Deno.test("applyPlan() changes a manager where it stands: the filter first and off, the reply last", () => {
  const listener = (number: number, ...parts: Uint8Array[]) => {
    const chain = [field(1, UNKNOWN), field(3, textField(1, "other")), manager(...parts), UNKNOWN];
    return field(number, field(3), field(3, ...chain), textField(1, "l"), field(25, ...chain), UNKNOWN);
  };
  const steps = ([1, "default"] as const).flatMap((chain): PolicyStep[] => [
    { kind: "insert_waf_filter", ...managerPlace, chain, waf },
    { kind: "set_local_reply", ...managerPlace, chain, reply },
  ]);
  same(
    apply(listener(4, UNKNOWN, rds, router), ...steps),
    listener(3, wafFilterField(waf), UNKNOWN, rds, router, localReply),
  );
});

Deno.test("applyPlan() fails a manager with routes of its own, and does nothing else to it", () => {
  const answer = apply(
    field(4, field(3, field(3), manager(rds, UNKNOWN, router, field(31)))),
    { kind: "insert_waf_filter", ...managerPlace, chain: 0, waf },
    { kind: "fail_http_manager", ...managerPlace, chain: 0 },
  );
  same(answer, field(3, field(3, field(3), manager(UNKNOWN, router, FAILED_ROUTE_CONFIG))));
});

Deno.test("applyPlan() edits certificates and managers of one chain; what pruning closes stays closed", () => {
  const DOWN = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
  const reference = (name: string) => field(6, textField(1, name));
  const socket = (...names: string[]) => field(6, anyField(3, DOWN, field(1, ...names.map(reference))));
  const request = field(4, field(3, field(3), manager(rds), socket("a", "b")), field(3, socket("b")));
  const at = { ...managerPlace, chain: 0 as const };
  const own = { listener: 0, listenerName: "l", chainName: "", blame };
  const insert: PolicyStep = { kind: "insert_waf_filter", ...at, waf };
  const answer = apply(request, insert, {
    kind: "drop_certificate",
    ...own,
    chain: 0,
    from: "sds",
    certificate: 1,
  });
  same(
    answer,
    field(3, field(3, field(3), manager(wafFilterField(waf), rds), socket("a")), field(3, socket("b"))),
  );
  same(apply(request, insert, { kind: "drop_chain", ...own, chain: 0 }), field(3, field(3, socket("b"))));
  const refused = apply(request, insert, { kind: "refuse_chain", ...own, chain: 0 });
  same(refused, apply(request, { kind: "refuse_chain", ...own, chain: 0 }));
  assert.equal(
    apply(request, insert, { kind: "drop_listener", listener: 0, listenerName: "l", blame }).length,
    0,
  );
  const parked = apply(request, insert, { kind: "park_listener", listener: 0, listenerName: "l", blame });
  assert.ok(!parked.includes("coraza"));
});

Deno.test("applyPlan() puts a tunnel in place of a cluster, binds it after all else, and prunes what stays", () => {
  const UP = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
  const trust = (ca: string) => field(24, anyField(3, UP, field(1, field(3, field(1, field(2, text(ca)))))));
  const bound = field(21, field(3, varintField(2, 6)));
  const request = field(2, textField(1, "c"), bound, trust("bad"), UNKNOWN);
  const at = { cluster: 0, clusterName: "c" };
  const tunnel = { online: true, address: "h:80", nodeId: "n" } as const;
  const replace: PolicyStep = { kind: "replace_cluster", ...at, tunnel, tunnelListener: "t" };
  const bind: PolicyStep = { kind: "bind_cluster", ...at, device: "vrf-1" };
  const neutralise: AnyStep = {
    kind: "neutralise_cluster",
    ...at,
    place: { context: "socket", part: "trust" },
    blame,
  };
  const made = join(tunnelCluster("c", { address: "h:80", nodeId: "n", listener: "t" }));
  same(apply(request, neutralise, replace), field(1, made));
  same(apply(request, bind, replace), field(1, made, bindField("vrf-1")));
  same(apply(request, bind), field(1, textField(1, "c"), trust("bad"), UNKNOWN, bindField("vrf-1")));
  same(
    apply(request, bind, neutralise),
    field(1, textField(1, "c"), trust("C"), UNKNOWN, bindField("vrf-1")),
  );
});

Deno.test("applyPlan() ignores steps of policies that point at nothing", () => {
  const request = join([
    field(2, textField(1, "c")),
    field(4, textField(1, "l"), field(3)),
    config(5, textField(1, "v")),
  ]);
  const answer = apply(
    request,
    { kind: "stamp_route", ...routePlace, project: "p", policy, waf },
    { kind: "fail_virtual_host", ...hostPlace, virtualHost: 7 },
    { kind: "fail_virtual_host", ...hostPlace, routeConfig: 7 },
    { kind: "set_local_reply", ...managerPlace, chain: 0, reply },
    { kind: "set_local_reply", ...managerPlace, chain: "default", reply },
    { kind: "set_local_reply", ...managerPlace, listener: 3, chain: 0, reply },
    { kind: "bind_cluster", cluster: 9, clusterName: "c", device: "d" },
  );
  const expected = join([
    field(1, textField(1, "c")),
    field(3, textField(1, "l"), field(3)),
    config(4, textField(1, "v")),
  ]);
  same(answer, expected);
});
