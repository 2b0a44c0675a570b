/** Every step of a policy on a real capture of Envoy Gateway, loaded by the real Envoy with exactly the bytes of the answer. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { PolicyStep } from "../../lib/model/mod.ts";
import { applyPlan, readSnapshot, type Snapshot } from "../../lib/xds/mod.ts";
import { throwaways } from "../golden/words.ts";
import { toolPath } from "../setup/tools.ts";
import { asRequest, field, refusalOf } from "./_official.ts";
import { reply, waf } from "./policy_objects.ts";

const ignore = toolPath("envoy") === null;
const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
const capture = () => readSnapshot(gunzipSync(readFileSync(CAPTURE)));

function answerTo(snapshot: Snapshot, steps: readonly PolicyStep[]): Snapshot {
  return readSnapshot(asRequest(applyPlan(snapshot, { steps }, { throwaways })));
}

/** A listener whose manager has the route configuration in itself; EG's own asks for it over the stream. */
function listenerFor(routeConfig: Uint8Array, name: string): Uint8Array {
  const text = (value: string) => Buffer.from(value);
  const any = (number: number, type: string, ...value: Uint8Array[]) =>
    field(number, field(1, text(`type.googleapis.com/${type}`)), field(2, ...value));
  const router = field(
    5,
    field(1, text("envoy.filters.http.router")),
    any(4, "envoy.extensions.filters.http.router.v3.Router"),
  );
  const type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
  const filter = field(
    3,
    field(1, text("envoy.filters.network.http_connection_manager")),
    any(4, type, field(2, text("test")), field(4, routeConfig), router),
  );
  const address = field(2, field(1, field(2, text("127.0.0.1")), Buffer.of(0x18, 0)));
  return Buffer.concat([field(1, text(name)), address, field(3, filter)]);
}

const placesOf = (snapshot: Snapshot) =>
  snapshot.routeConfigs.flatMap(({ index, name, virtualHosts }) =>
    virtualHosts.map((host) => ({
      host,
      at: { routeConfig: index, routeConfigName: name, virtualHost: host.place, virtualHostName: host.name },
    }))
  );

Deno.test({
  name:
    "applyPlan() writes routes and clusters of connectors, refusals and bindings that the real Envoy loads",
  ignore,
  fn: async () => {
    const snapshot = capture();
    const cluster = snapshot.clusters[0].name;
    const at = { cluster: 0, clusterName: cluster };
    const tunnel = { online: true, address: "2001:db8::1:9000", nodeId: "n" } as const;
    const steps = placesOf(snapshot).flatMap(({ host, at }, index): PolicyStep[] => {
      const route = { ...at, route: 0, routeName: host.routes[0].name };
      const V = host.name.replace(/[/ :]/g, "-");
      const stamp: PolicyStep = { kind: "stamp_route", ...route, project: "p", policy: null, waf };
      if (index % 4 === 0) {
        return [
          stamp,
          {
            kind: "add_connect_route",
            ...at,
            name: `connector-connect-${V}`,
            cluster,
            domain: `${index}.connector.internal`,
          },
        ];
      }
      if (index % 4 === 1) {
        return [
          { kind: "add_offline_route", ...at, name: `connector-offline-${V}` },
          { kind: "refuse_route", ...route, status: 503, body: "Tunnel not online" },
        ];
      }
      if (index % 4 === 2) return [{ kind: "refuse_route", ...route, status: 500, body: "" }];
      return [{ kind: "fail_virtual_host", ...at }];
    });
    for (const bound of [false, true]) {
      const clusterSteps: PolicyStep[] = [
        { kind: "replace_cluster", ...at, tunnel, tunnelListener: "connector-tunnel" },
      ];
      if (bound) clusterSteps.splice(0, 1, { kind: "bind_cluster", ...at, device: "vrf-0123456789a" });
      const after = answerTo(snapshot, [...clusterSteps, ...steps]);
      const listeners = after.resources("routes").map((one, index) => listenerFor(one, `l${index}`));
      assert.equal(await refusalOf({ listeners, clusters: after.resources("clusters") }), "");
    }
  },
});

Deno.test({
  name: "applyPlan() writes local replies and failed managers into listeners of EG that the real Envoy loads",
  ignore,
  fn: async () => {
    const snapshot = capture();
    const steps = snapshot.httpManagers.map((manager, index): PolicyStep => {
      const { listener, listenerName, chain, filter } = manager;
      const at = { listener, listenerName, chain, filter };
      return index % 3 === 2
        ? { kind: "fail_http_manager", ...at }
        : { kind: "set_local_reply", ...at, reply };
    });
    const after = answerTo(snapshot, steps);
    assert.equal(after.httpManagers.length, snapshot.httpManagers.length);
    after.httpManagers.forEach(({ hasLocalReply, routes }, index) => {
      if (index % 3 === 2) assert.equal(routes.kind, "inline");
      else assert.ok(hasLocalReply);
    });
    assert.equal(await refusalOf({ listeners: after.resources("listeners") }), "");
  },
});
