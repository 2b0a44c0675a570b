import * as z from "zod";
import { FAILURE_ACTIONS, FAILURE_SCOPES, type Hook, type PolicyMutation } from "../model/mod.ts";

const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);

const name = z.string().min(1);

const waf = z.strictObject({
  enabled: z.enum(["auto", "on", "off"]).default("auto")
    .describe(
      "Whether the Coraza filter is put into listeners; auto does so while there is a TrafficProtectionPolicy. Envoy must have the Go filter",
    ),
  filterName: name.default("coraza-waf").describe("Name of the HTTP filter"),
  pluginName: name.default("coraza-waf").describe("Name of the plugin in the library"),
  libraryId: name.default("coraza-waf").describe("Identifier of the library"),
  libraryPath: absolute("the library").default("/opt/coraza-waf/coraza-waf.so")
    .describe("The shared library, as Envoy sees it"),
  listenerDirectives: z.array(z.string()).default([])
    .describe("Directives of the filter itself, which is switched off until a route switches it on"),
  baseDirectives: z.array(z.string()).default(["Include @crs-setup-conf", "Include @recommended-conf"])
    .describe("Directives in front of those of every policy"),
  traceRouteMetadataExtractor: z.string().default("")
    .describe("Passed to the filter as it is, where set"),
}).prefault({});

const localReply = z.strictObject({
  enabled: z.boolean().default(false)
    .describe("Whether answers that Envoy makes itself get a page of yours"),
  bodyPath: absolute("the page").optional()
    .describe("The page; one that is built in stands in while this one cannot be used"),
  minStatusCode: z.int().min(400).max(599).default(500).describe("The least status that gets the page"),
  runtimeKey: name.default("local_reply_5xx")
    .describe("Runtime key by which the least status can be changed in a running Envoy"),
  contentType: name.regex(/^[^\0\r\n]*$/, "Expected one line, as a header has it")
    .default("text/html; charset=UTF-8").describe("Content type of the page"),
}).prefault({});

/** The section `policy`. */
export const policy = z.strictObject({
  paths: z.array(absolute("policy objects")).default([])
    .describe(
      "Directories with TrafficProtectionPolicy, HTTPProxy, Connector, Namespace and EndpointSlice objects",
    ),
  compat: z.enum(["none", "nso"]).default("none")
    .describe(
      "nso does as the network-services-operator does where certgate does better, for comparing the two",
    ),
  tunnelListener: name.default("connector-tunnel")
    .describe("Internal listener of Envoy through which connectors are reached"),
  waf,
  localReply,
}).prefault({});

/** What a scope is where none is written: as narrow as what has failed. */
const failure = z.union([
  z.enum(FAILURE_ACTIONS),
  z.strictObject({ action: z.enum(FAILURE_ACTIONS), scope: z.enum(FAILURE_SCOPES).optional() }),
], {
  error: `Expected ${
    FAILURE_ACTIONS.join(", ")
  }, or an object with such an action and the scope of its http500: ${FAILURE_SCOPES.join(", ")}`,
});

const hook = (name: Hook) =>
  failure.optional().describe(
    `What happens where a ${name} call fails: open, closed, or http500 with a scope`,
  );
const mutation = (name: PolicyMutation) =>
  failure.optional().describe(
    `What happens where ${name} fails: open, closed, or http500; goes before hooks`,
  );

/** The sections `hooks` and `mutations`: what happens where something fails. */
export const failures = {
  hooks: z.strictObject({
    PostRouteModify: hook("PostRouteModify"),
    PostVirtualHostModify: hook("PostVirtualHostModify"),
    PostHTTPListenerModify: hook("PostHTTPListenerModify"),
    PostClusterModify: hook("PostClusterModify"),
    PostEndpointsModify: hook("PostEndpointsModify"),
    PostTranslateModify: hook("PostTranslateModify"),
  }).prefault({}),
  mutations: z.strictObject({
    wafListener: mutation("wafListener"),
    localReply: mutation("localReply"),
    wafRoute: mutation("wafRoute"),
    connectorClusters: mutation("connectorClusters"),
    connectorRoutes: mutation("connectorRoutes"),
    vpcBind: mutation("vpcBind"),
  }).prefault({}),
};

/** The section `features`. */
export const features = z.strictObject({
  policy: z.boolean().default(true)
    .describe("Whether policy objects change snapshots; without it the hook prunes and nothing else"),
  listenerSets: z.boolean().default(false)
    .describe("Whether ListenerSet and XListenerSet objects are looked at"),
}).prefault({});

/** The section `debug`. */
export const debug = z.strictObject({
  programmedSet: z.boolean().default(false)
    .describe("Whether /debug/programmed-set shows what the latest answer changed"),
}).prefault({});
