/**
 * What holds for every step of a policy at every snapshot: what no step names keeps its bytes, what is unknown survives, the
 * answer means what the step says (policy_model.ts), and what is already there is seen to be there.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import {
  type PostTranslateModifyRequest,
  PostTranslateModifyRequestSchema,
} from "../../proto/gen/extension/service_pb.ts";
import type { ListName, PolicyStep } from "../../lib/model/mod.ts";
import { applyPlan, readSnapshot, type Snapshot } from "../../lib/xds/mod.ts";
import { throwaways } from "../golden/words.ts";
import { asRequest, decodePlain, officialTypes, structOf } from "./_official.ts";
import { anyRoutes, someSteps } from "./arbitrary_routes.ts";
import { policyRegistry } from "./policy_registry.ts";
import { POLICIES, waf } from "./policy_objects.ts";
import { applyByModel } from "./policy_model.ts";

const picks = fc.array(fc.nat(11), { minLength: 1, maxLength: 12 });
const decode = (bytes: Uint8Array) => fromBinary(PostTranslateModifyRequestSchema, bytes);
const plain = (request: PostTranslateModifyRequest) =>
  toJson(PostTranslateModifyRequestSchema, request, { registry: policyRegistry });

interface Applied {
  readonly bytes: Uint8Array;
  readonly snapshot: Snapshot;
  readonly steps: readonly PolicyStep[];
  /** The answer as the request of the next call. */
  readonly after: Uint8Array;
}

function apply(bytes: Uint8Array, steps: readonly PolicyStep[]): Uint8Array {
  return asRequest(applyPlan(readSnapshot(bytes), { steps }, { throwaways }));
}

function check(property: (applied: Applied) => void): void {
  fc.assert(
    fc.property(anyRoutes, picks, (bytes, picks) => {
      const snapshot = readSnapshot(bytes);
      const steps = someSteps(snapshot, picks);
      property({ bytes, snapshot, steps, after: apply(bytes, steps) });
    }),
    { numRuns: 400 },
  );
}

Deno.test("applyPlan() keeps every byte of a resource that no step of a policy names", () => {
  check(({ snapshot, steps, after }) => {
    const named = (list: ListName, index: number) =>
      steps.some((step) =>
        list === "routes"
          ? "routeConfig" in step && step.routeConfig === index
          : list === "listeners"
          ? "listener" in step && step.listener === index
          : !("routeConfig" in step) && "cluster" in step && step.cluster === index
      );
    const answer = readSnapshot(after);
    for (const list of ["clusters", "listeners", "routes"] as const) {
      assert.equal(answer.count(list), snapshot.count(list));
      snapshot.resources(list).forEach((before, index) => {
        if (!named(list, index)) assert.deepEqual(answer.resources(list)[index], before);
      });
    }
  });
});

Deno.test("applyPlan() does to the bytes what the steps of policies mean for the messages", () => {
  check(({ bytes, steps, after }) => {
    const model = decode(bytes);
    applyByModel(model, steps);
    assert.deepEqual(plain(decode(after)), plain(model));
  });
});

/** How often each unknown field is in a snapshot, where nothing is replaced as a whole. */
function strangers(
  { clusters, listeners, routes }: PostTranslateModifyRequest,
  gone: ReadonlySet<number>,
): string[] {
  const all = [
    ...clusters.filter((_cluster, index) => !gone.has(index)),
    ...listeners.flatMap((one) => [one, ...one.filterChains, one.defaultFilterChain]),
    ...routes.flatMap((
      one,
    ) => [one, ...one.virtualHosts, ...one.virtualHosts.flatMap((host) => host.routes)]),
  ];
  return all.flatMap((one) => one?.$unknown ?? []).map(({ no, data }) => `${no} ${data}`).sort();
}

Deno.test("applyPlan() loses no unknown field of what a step of a policy edits", () => {
  fc.assert(fc.property(anyRoutes, picks, (bytes, picks) => {
    const steps = someSteps(readSnapshot(bytes), picks).filter(({ kind }) => kind !== "fail_virtual_host");
    const replaced = new Set(steps.flatMap((step) => step.kind === "replace_cluster" ? [step.cluster] : []));
    const [before, after] = [decode(bytes), decode(apply(bytes, steps))];
    assert.deepEqual(strangers(after, replaced), strangers(before, replaced));
  }));
});

/** Members of objects in the other order, as a map has none. */
function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, one]) => [key, turned(one)])) as T;
}

/** What Envoy Gateway does between two hooks: it decodes and encodes, and maps come out in any order. */
function decodedAndEncoded(bytes: Uint8Array): Uint8Array {
  const request = decode(bytes);
  for (
    const route of request.routes.flatMap(({ virtualHosts }) => virtualHosts).flatMap(({ routes }) => routes)
  ) {
    if (route.metadata) route.metadata.filterMetadata = turned(route.metadata.filterMetadata);
    const configs = Object.entries(route.typedPerFilterConfig);
    route.typedPerFilterConfig = Object.fromEntries(configs.toReversed());
  }
  for (const { loadAssignment } of request.clusters) {
    for (const { metadata } of loadAssignment?.endpoints.flatMap(({ lbEndpoints }) => lbEndpoints) ?? []) {
      metadata!.filterMetadata = turned(metadata!.filterMetadata);
    }
  }
  return toBinary(PostTranslateModifyRequestSchema, request);
}

/** The steps that are left once a snapshot says already what they would write. */
function outstanding(snapshot: Snapshot, steps: readonly PolicyStep[]): PolicyStep[] {
  return steps.filter((step) => {
    if (step.kind === "stamp_route") {
      const route = snapshot.routeConfigs[step.routeConfig].virtualHosts[step.virtualHost].routes[step.route];
      return !route.isStampedAs(step.project, step.policy, step.waf);
    }
    if (step.kind === "replace_cluster") {
      const tunnel = snapshot.clusterDetails(step.cluster).isTunnel;
      return tunnel?.address !== step.tunnel.address || tunnel.nodeId !== step.tunnel.nodeId ||
        tunnel.listener !== step.tunnelListener;
    }
    if (step.kind === "bind_cluster") return snapshot.clusterDetails(step.cluster).bindDevice !== step.device;
    const manager = snapshot.httpManagers.find((one) =>
      "filter" in step && one.listener === step.listener && one.chain === step.chain &&
      one.filter === step.filter
    );
    if (step.kind === "insert_waf_filter") return !manager!.httpFilters.includes(step.waf.filterName);
    return step.kind === "set_local_reply" && !manager!.hasLocalReply;
  });
}

Deno.test("the views of a snapshot see what a policy has written, also after it was decoded and encoded", () => {
  check(({ bytes, snapshot, steps }) => {
    const one = steps.filter(({ kind }) =>
      ["stamp_route", "replace_cluster", "bind_cluster", "insert_waf_filter", "set_local_reply"].includes(
        kind,
      )
    );
    assert.ok(one.every((step) => outstanding(snapshot, [step]).length === 1 || step.kind === "stamp_route"));
    const once = apply(bytes, one);
    assert.deepEqual(outstanding(readSnapshot(once), one), []);
    assert.deepEqual(outstanding(readSnapshot(decodedAndEncoded(once)), one), []);
    // Done again all the same, it means the same: nothing piles up but what is first or last in a list.
    const again = one.filter(({ kind }) => kind !== "insert_waf_filter" && kind !== "set_local_reply");
    assert.deepEqual(plain(decode(apply(once, again))), plain(decode(once)));
  });
});

Deno.test("RouteView.isStampedAs() tells another project, policy, generation and another plugin apart", () => {
  fc.assert(fc.property(anyRoutes, (bytes) => {
    const [policy, other] = POLICIES;
    const at = (snapshot: Snapshot) =>
      snapshot.routeConfigs.flatMap(({ virtualHosts }) => virtualHosts).flatMap(({ routes }) => routes);
    const steps = readSnapshot(bytes).routeConfigs.flatMap(({ index, virtualHosts }) =>
      virtualHosts.flatMap((host) =>
        host.routes.map((route): PolicyStep => ({
          kind: "stamp_route",
          ...{ routeConfig: index, routeConfigName: "", virtualHost: host.place, virtualHostName: "" },
          ...{ route: route.place, routeName: "", project: "p", policy, waf },
        }))
      )
    );
    for (const route of at(readSnapshot(decodedAndEncoded(apply(bytes, steps))))) {
      assert.ok(route.isStampedAs("p", policy, waf));
      assert.ok(route.isStampedAs("p", { ...policy }, { ...waf }));
      assert.ok(!route.isStampedAs("q", policy, waf));
      assert.ok(!route.isStampedAs("p", other, waf));
      assert.ok(!route.isStampedAs("p", { ...policy, generation: 8 }, waf));
      assert.ok(!route.isStampedAs("p", { ...policy, directives: ["SecRuleEngine Off"] }, waf));
      assert.ok(!route.isStampedAs("p", policy, { ...waf, pluginName: "another" }));
      assert.ok(!route.isStampedAs("p", policy, { ...waf, filterName: "another" }));
    }
  }));
});

const REQUEST = "envoygateway.extension.PostTranslateModifyRequest";

Deno.test("the answer decodes with the official descriptors, the Go filter's parts included", async () => {
  const root = await officialTypes();
  check(({ after, steps }) => {
    const read = decodePlain(root, REQUEST, after);
    for (const step of steps) {
      if (step.kind !== "stamp_route" || step.policy === null) continue;
      const host = read.routes[step.routeConfig].virtual_hosts[step.virtualHost];
      const added = steps.filter((other) =>
        other.kind.startsWith("add_") && "routeConfig" in other && other.routeConfig === step.routeConfig &&
        other.virtualHost === step.virtualHost
      ).length;
      if (host.routes[0].name === "certgate-failed") {
        continue;
      }
      const route = host.routes[step.route + added];
      const config = route.typed_per_filter_config[waf.filterName];
      assert.equal(config["@type"], "envoy.extensions.filters.http.golang.v3alpha.ConfigsPerRoute");
      const { "@type": type, value, ...rest } = config.plugins_config[waf.pluginName].config;
      assert.deepEqual({ type, rest }, { type: "xds.type.v3.TypedStruct", rest: {} });
      const { directives, ...others } = structOf(value);
      assert.deepEqual(others, {
        log_format: "json",
        default_directive: "coraza",
        trace_route_metadata_extractor: "extract",
      });
      const { coraza } = JSON.parse(directives);
      assert.deepEqual(
        coraza.simple_directives,
        step.policy.directives.map((one) =>
          one.toWellFormed()
        ),
      );
      assert.deepEqual(structOf(route.metadata.filter_metadata["datum-gateway"]), {
        project_name: step.project,
        resources: [{
          kind: "TrafficProtectionPolicy",
          namespace: step.policy.namespace,
          name: step.policy.name,
          mode: step.policy.mode,
          generation: step.policy.generation,
        }],
      });
    }
  });
});

function lookAtEverything(bytes: Uint8Array): void {
  const snapshot = readSnapshot(bytes);
  void snapshot.httpManagers;
  snapshot.clusters.forEach(({ index }) => snapshot.clusterDetails(index));
  for (const host of snapshot.routeConfigs.flatMap(({ virtualHosts }) => virtualHosts)) {
    void [host.name, host.domains, host.gateway, host.malformed];
    for (const route of host.routes) {
      void [route.name, route.resource, route.clusters, route.malformed];
      POLICIES.forEach((policy) => route.isStampedAs("p", policy, waf));
    }
  }
  applyPlan(snapshot, { steps: someSteps(snapshot, [1, 3, 2, 0, 5]) }, { throwaways });
}

Deno.test("the views never throw, and any bytes and whatever is flipped in good ones get an answer", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), lookAtEverything), { numRuns: 1000 });
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(anyRoutes, edits, (bytes, edits) => {
      for (const [at, value] of edits) if (bytes.length > 0) bytes[at % bytes.length] = value;
      lookAtEverything(bytes);
    }),
    { numRuns: 1500 },
  );
});
