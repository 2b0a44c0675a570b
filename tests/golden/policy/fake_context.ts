/** A context in which names say what is behind them, for tests of single functions. */
import type { ConnectorFate, PolicyEntry, WafFilter } from "../../../lib/model/mod.ts";
import type { PolicyIndex } from "../../../lib/policy/mod.ts";
import { readSnapshot } from "../../../lib/xds/mod.ts";
import { draw, type Drawing } from "./drawing.ts";
import type { PolicyContext, PolicySettings } from "../../../lib/mutations/mod.ts";

export const waf: WafFilter = {
  filterName: "coraza-waf",
  pluginName: "coraza-waf",
  libraryId: "coraza-waf",
  libraryPath: "/opt/coraza-waf.so",
  listenerDirectives: [],
  traceRouteMetadataExtractor: "",
};

export const entry: PolicyEntry = {
  namespace: "default",
  name: "guard",
  generation: 3,
  mode: "Enforce",
  directives: ["SecRuleEngine On"],
};

export const online: ConnectorFate = { online: true, address: "localhost:80", nodeId: "node" };
export const offline: ConnectorFate = { online: false };

/** An index in which the names of clusters say what is behind them, and every Gateway has one policy. */
export const index: PolicyIndex = {
  digest: "",
  isEmpty: false,
  hasPolicies: true,
  namesRoutes: false,
  connectors: 1,
  devices: 1,
  policies: [],
  governing: () => ({ project: "blue", policy: entry }),
  connector: (name) => name.startsWith("online") ? online : name.startsWith("offline") ? offline : null,
  device: (name) => name.startsWith("vpc") ? "vrf-0123456789a" : null,
};

export const settings: PolicySettings = {
  waf,
  localReply: {
    body: "<p>%RESPONSE_CODE%</p>",
    contentType: "text/html",
    minStatusCode: 500,
    runtimeKey: "local_reply_5xx",
  },
  tunnelListener: "connector-tunnel",
  compat: "none",
};

/** Everything that each mutation has something to do with. */
export const all: Drawing = {
  clusters: ["online", "offline", "vpc", "backend"],
  listeners: [
    { name: "tcp-80", chains: [[{ rds: "web" }], [{ inline: true }]] },
    { name: "tcp-81", default: [{ rds: "web" }] },
  ],
  routes: [{
    name: "web",
    hosts: [
      {
        name: "a",
        of: "default/eg/http",
        routes: [{ name: "a0", cluster: "online" }, { name: "a1", cluster: "offline" }],
      },
      { name: "b", of: "default/eg/http", routes: [{ name: "b0", cluster: "backend" }] },
    ],
  }],
};

export function contextOf(drawing: Drawing = all, parts: Partial<PolicyContext> = {}): PolicyContext {
  return { snapshot: readSnapshot(draw(drawing)), index, settings, whole: true, ...parts };
}
