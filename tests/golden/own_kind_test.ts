/** Secrets of Envoy Gateway's own kind that lead to certgate: what the hook makes of them. */
import assert from "node:assert/strict";
import { create, fromBinary } from "@bufbuild/protobuf";
import type { SdsView, Step } from "../../lib/model/mod.ts";
import { planPrune } from "../../lib/mutations/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { applyPlan, readSnapshot } from "../../lib/xds/mod.ts";
import { CommonTlsContextSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts";
import { AddressSchema } from "../../proto/gen/envoy/config/core/v3/address_pb.ts";
import { ApiConfigSourceSchema } from "../../proto/gen/envoy/config/core/v3/config_source_pb.ts";
import {
  ads,
  type Chain,
  chain,
  type Cluster,
  cluster,
  type CommonTls,
  onPort,
  pairSecret,
  PostTranslateModifyResponseSchema,
  request,
  requestBytes,
  type Secret,
} from "./build.ts";
import { sdsView } from "./stand_ins.ts";
import { throwaways } from "./words.ts";

const PATH = "/run/certgate/sds.sock";
const OWN = "sds_run_certgate_sds.sock_0123456789abcdef";
const LOWERED = ["http/1.1"];

/** A field of bytes as it stands on the wire, length first; everything here is short. */
const nested = (no: number, data: Uint8Array) => Uint8Array.of(no * 8 + 2, data.length, ...data);
const text = (value: string) => new TextEncoder().encode(value);
const unknown = (no: number, data: Uint8Array) => [{
  no,
  wireType: 2,
  data: Uint8Array.of(data.length, ...data),
}];

/** A reference as Envoy Gateway makes it of such a Secret. */
function byOwnKind(name: string, cluster = OWN) {
  const value = create(ApiConfigSourceSchema);
  value.$unknown = unknown(4, nested(1, nested(1, text(cluster))));
  return { name, sdsConfig: { configSourceSpecifier: { case: "apiConfigSource" as const, value } } };
}

function clusterTo(path: string, name = OWN): Cluster {
  const address = create(AddressSchema);
  address.$unknown = unknown(2, nested(1, text(path)));
  const lbEndpoints = [{ hostIdentifier: { case: "endpoint" as const, value: { address } } }];
  return { name, loadAssignment: { clusterName: name, endpoints: [{ lbEndpoints }] } };
}

type References = CommonTls["tlsCertificateSdsSecretConfigs"];

function withProtocols(host: string, protocols: readonly string[], references: References): Chain {
  const common = create(CommonTlsContextSchema, { tlsCertificateSdsSecretConfigs: references });
  common.$unknown = protocols.flatMap((one) => unknown(4, text(one)));
  return chain(host, common);
}

const own = (host: string, name: string): Chain => withProtocols(host, LOWERED, [byOwnKind(name)]);
const real = (host: string, name: string): Chain => withProtocols(host, LOWERED, [ads(name)]);

const pairs = { "default/a": ["a.x.test"], "default/b": ["b.x.test"], "default/wild": ["*.x.test"] };
const view = sdsView({ cluster: { kind: "unix", path: PATH }, pairs });

function plan(chains: Chain[], options: { sds?: SdsView; secrets?: Secret[]; clusters?: Cluster[] } = {}) {
  const bytes = requestBytes(request({
    clusters: options.clusters ?? [clusterTo(PATH)],
    listeners: [{ name: "tcp", ...onPort(443), filterChains: chains }],
    secrets: options.secrets ?? [],
  }));
  const serve = { action: "serve", reason: "Usable", cause: "usable", detail: "", edge: null } as const;
  const snapshot = readSnapshot(bytes);
  const made = planPrune(snapshot, () => serve, { throwaways, sds: options.sds ?? view });
  return { ...made, answer: applyPlan(snapshot, made, { throwaways }) };
}

const kinds = (steps: readonly Step[]) =>
  steps.flatMap((step) => "chainName" in step ? [`${step.kind} ${step.chainName}`] : [step.kind]);

Deno.test("planPrune() asks through certgate's cluster what leads to certgate, and gives HTTP/2 back", () => {
  const { steps, answer } = plan([own("a.x.test", "default/a"), own("b.x.test", "default/b")]);
  assert.deepEqual(kinds(steps), [
    "add_cluster",
    "ask_sds chain a.x.test",
    "ask_sds chain b.x.test",
    "set_alpn chain a.x.test",
    "set_alpn chain b.x.test",
  ]);
  const { clusters } = fromBinary(PostTranslateModifyResponseSchema, answer);
  assert.deepEqual(clusters.map(({ name }) => name), [OWN, "certgate_sds"]);
});

Deno.test("planPrune() leaves alone what leads elsewhere", () => {
  for (const clusters of [[clusterTo("/run/spire.sock")], [clusterTo(PATH, "another")], [{ name: OWN }]]) {
    assert.deepEqual(plan([own("a.x.test", "default/a")], { clusters }).steps, []);
  }
});

Deno.test("planPrune() takes a chain out whose name certgate has no usable pair for", () => {
  const { steps, withheldHostnames } = plan([own("a.x.test", "default/a"), own("l.x.test", "default/late")]);
  assert.deepEqual(kinds(steps), [
    "add_cluster",
    "drop_chain chain l.x.test",
    "ask_sds chain a.x.test",
    "set_alpn chain a.x.test",
  ]);
  assert.deepEqual(withheldHostnames, ["l.x.test"]);
});

Deno.test("planPrune() never asks for a pair where a backend is to be checked with authorities", () => {
  // Envoy takes a pair for a validation context that checks nothing.
  const common = {
    validationContextType: { case: "validationContextSdsSecretConfig", value: byOwnKind("default/a") },
  } as CommonTls;
  const { steps } = plan([], { clusters: [clusterTo(PATH), cluster("backend", common)] });
  const asked = steps.flatMap((step) => step.kind === "ask_sds_upstream" ? [step.name] : []);
  assert.deepEqual(asked, ["absent/of-this-kind/default/a"]);
});

Deno.test("planPrune() takes out a chain whose clients are to be checked with a pair", () => {
  const bundle = {
    ...view,
    bundle: (name: string) => name === "default/cas" ? text("good") : null,
  };
  const checked = (host: string, name: string) =>
    chain(host, {
      tlsCertificateSdsSecretConfigs: [byOwnKind("default/a")],
      validationContextType: { case: "validationContextSdsSecretConfig", value: byOwnKind(name) },
    } as CommonTls);
  const chains = [checked("a.x.test", "trust/default/cas"), checked("b.x.test", "default/b")];
  const { withheldHostnames, steps } = plan(chains, { sds: bundle });
  assert.deepEqual(withheldHostnames, ["b.x.test"]);
  const asked = steps.flatMap((step) => step.kind === "ask_sds" ? [step.name] : []);
  assert.deepEqual(asked, ["default/a", "trust/default/cas"]);
});

Deno.test("planPrune() asks for nothing that leaves its chain", () => {
  const both = withProtocols("a.x.test", [], [byOwnKind("default/late"), byOwnKind("default/a")]);
  const { steps } = plan([both]);
  assert.deepEqual(kinds(steps), [
    "add_cluster",
    "drop_certificate chain a.x.test",
    "ask_sds chain a.x.test",
  ]);
});

Deno.test("planPrune() gives no HTTP/2 back where a name is another certificate's as well", () => {
  const { steps } = plan([
    own("w.x.test", "default/wild"),
    own("a.x.test", "default/a"),
    own("b.x.test", "default/b"),
  ]);
  assert.deepEqual(kinds(steps).filter((kind) => kind.startsWith("set_alpn")), []);
});

Deno.test("planPrune() gives HTTP/2 back to a neighbour whose own certificate is for other names", async () => {
  const made = await makeSelfSigned({ names: ["c.x.test"], now: 0, days: 1 });
  const pem = new TextDecoder().decode(made.certificate);
  const chains = [own("a.x.test", "default/a"), real("c.x.test", "default/c")];
  const { steps } = plan(chains, { secrets: [pairSecret("default/c", pem)] });
  assert.deepEqual(kinds(steps).filter((kind) => kind.startsWith("set_alpn")), [
    "set_alpn chain a.x.test",
    "set_alpn chain c.x.test",
  ]);
});

Deno.test("planPrune() gives no HTTP/2 back while the names of one certificate of the port are not known", () => {
  const foreign = withProtocols("f.x.test", LOWERED, [byOwnKind("f", "spire")]);
  const { steps } = plan([own("a.x.test", "default/a"), foreign]);
  assert.deepEqual(kinds(steps), ["add_cluster", "ask_sds chain a.x.test"]);
});

Deno.test("planPrune() leaves the protocols of a port alone that has no Secret of that kind, and those of an owner", () => {
  const secrets = [pairSecret("default/c", "good")];
  assert.deepEqual(plan([real("c.x.test", "default/c")], { secrets }).steps, []);
  const chosen = withProtocols("a.x.test", ["http/1.1", "h2"], [byOwnKind("default/a")]);
  assert.deepEqual(kinds(plan([chosen]).steps), ["add_cluster", "ask_sds chain a.x.test"]);
});
