import assert from "node:assert/strict";
import { KeyMaterial, type PolicyStep, type Verdict, type WafFilter } from "../model/mod.ts";
import { bindField } from "./_bind.ts";
import { anyField, field, join, textField, varintField } from "./_encode.ts";
import { FAILED_ROUTE_CONFIG } from "./_answers.ts";
import { tunnelCluster } from "./_tunnel.ts";
import { wafFilterField } from "./_waf.ts";
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
const reply = { body: "<p>100%%</p>", contentType: "text/html", minStatusCode: 500, runtimeKey: "key" };

function apply(request: Uint8Array, ...steps: AnyStep[]): Buffer {
  return applyPlan(readSnapshot(request), { steps }, { throwaways }) as Buffer;
}

const same = (actual: Uint8Array, expected: Uint8Array) =>
  assert.equal(Buffer.from(actual).toString("hex"), Buffer.from(expected).toString("hex"));

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
    field(5, field(2, textField(1, "v"))),
  ]);
  const host = { routeConfig: 0, routeConfigName: "", virtualHost: 0, virtualHostName: "v" };
  const answer = apply(
    request,
    { kind: "stamp_route", ...host, route: 3, routeName: "", project: "p", policy: null, waf },
    { kind: "fail_virtual_host", ...host, virtualHost: 7 },
    { kind: "fail_virtual_host", ...host, routeConfig: 7 },
    { kind: "set_local_reply", ...managerPlace, chain: 0, reply },
    { kind: "set_local_reply", ...managerPlace, chain: "default", reply },
    { kind: "set_local_reply", ...managerPlace, listener: 3, chain: 0, reply },
    { kind: "bind_cluster", cluster: 9, clusterName: "c", device: "d" },
  );
  const expected = join([
    field(1, textField(1, "c")),
    field(3, textField(1, "l"), field(3)),
    field(4, field(2, textField(1, "v"))),
  ]);
  same(answer, expected);
});
