import assert from "node:assert/strict";
import { KeyMaterial, type PolicyEntry, type PolicyStep, type WafFilter } from "../model/mod.ts";
import { field, join, textField, varintField } from "./_encode.ts";
import { encodeStruct, structField } from "./_encode_struct.ts";
import { FAILED_ROUTE } from "./_answers.ts";
import { goJson, perRoute, wafFilterField } from "./_waf.ts";
import { type AnyStep, applyPlan } from "./apply_plan.ts";
import { readSnapshot } from "./snapshot.ts";

const text = (value: string) => new TextEncoder().encode(value);
const throwaways = { pair: { certificate: text("T"), key: new KeyMaterial(text("K")) }, trust: text("C") };
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
