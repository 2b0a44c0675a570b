/** What golden files cannot say in JSON: messages that do not read, sockets that nobody knows, several of a kind. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { Plan } from "../../lib/model/mod.ts";
import { planPrune, type PruneOptions } from "../../lib/mutations/mod.ts";
import { applyPlan, readSnapshot, type Snapshot } from "../../lib/xds/mod.ts";
import {
  byName,
  type Chain,
  chain,
  cluster,
  pairSecret,
  plainChain,
  request,
  requestBytes,
} from "./build.ts";
import { throwaways, verdictOfWord } from "./words.ts";

const plan = (snapshot: Snapshot, options: Partial<PruneOptions> = {}) =>
  planPrune(snapshot, verdictOfWord, { throwaways, ...options });
const kinds = ({ steps }: Plan) => steps.map(({ kind }) => kind);

/** A chain whose transport socket has this type and these bytes. */
function strange(typeUrl: string, value: Uint8Array): Chain {
  const any: Any = { $typeName: "google.protobuf.Any", typeUrl, value };
  return {
    ...plainChain("strange", "strange.example.com"),
    transportSocket: { name: "some socket", configType: { case: "typedConfig", value: any } },
  };
}

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
const BROKEN = Uint8Array.of(0x0e);

Deno.test("planPrune() leaves a listener that does not read, and takes no secret away that it may need", () => {
  const secrets = [pairSecret("a", "good"), pairSecret("b", "refused")];
  const broken = {
    name: "broken",
    filterChains: [strange(TLS, BROKEN), chain("b.example.com", byName("b"))],
  };
  const fine = {
    name: "fine",
    filterChains: [chain("a.example.com", byName("a")), chain("b.example.com", byName("b"))],
  };
  const snapshot = readSnapshot(requestBytes(request({ secrets, listeners: [broken, fine] })));
  const planned = plan(snapshot);
  assert.deepEqual(kinds(planned), ["neutralise_secret", "drop_chain"]);
  assert.deepEqual(planned.findings.map(({ kind }) => kind), ["malformed"]);
  const answer = Buffer.from(applyPlan(snapshot, planned, { throwaways }));
  assert.ok(answer.includes(Buffer.from(snapshot.resources("listeners")[0])));
});

Deno.test("planPrune() takes no secret away whose name is in a transport socket that nobody knows", () => {
  const secrets = [pairSecret("known", "refused"), pairSecret("wanted", "refused")];
  const socket = strange("type.example.com/some.Socket", new TextEncoder().encode("\n\u0006wanted"));
  const listeners = [{
    name: "l",
    filterChains: [socket, chain("b.example.com", byName("known", "wanted"))],
  }];
  const planned = plan(readSnapshot(requestBytes(request({ secrets, listeners }))));
  assert.deepEqual(
    planned.steps.map((step) => `${step.kind} ${"name" in step ? step.name : ""}`.trim()),
    ["drop_secret known", "neutralise_secret wanted", "drop_chain"],
  );
});

Deno.test("planPrune() plans nothing for a request that breaks off", () => {
  const secrets = [pairSecret("b", "refused")];
  const bytes = requestBytes(
    request({ secrets, listeners: [{ name: "l", filterChains: [chain("b", byName("b"))] }] }),
  );
  const planned = plan(readSnapshot(bytes.subarray(0, bytes.length - 1)));
  assert.deepEqual(planned.steps, []);
  assert.equal(planned.findings.at(-1)?.kind, "malformed");
});

Deno.test("planPrune() drops a chain that waits for session ticket keys which nobody gives", () => {
  // DownstreamTlsContext: common_tls_context with one reference, session_ticket_keys_sds_secret_config.
  const ads = [18, 2, 26, 0];
  const value = (name: string) =>
    Uint8Array.from([10, 9, 50, 7, 10, 1, 97, ...ads, 42, 7, 10, 1, name.charCodeAt(0), ...ads]);
  const keys = { name: "k", type: { case: "genericSecret" as const, value: {} } };
  const listeners = [{ name: "l", filterChains: [strange(TLS, value("k")), plainChain("plain")] }];
  const planned = (...secrets: ReturnType<typeof pairSecret>[]) =>
    plan(readSnapshot(requestBytes(request({ secrets, listeners }))), { onDark: "wildcard" });
  assert.deepEqual(kinds(planned(pairSecret("a", "good"), keys)), []);
  const dropped = planned(pairSecret("a", "good"));
  assert.deepEqual(kinds(dropped), ["drop_chain"]);
  assert.deepEqual(dropped.findings.map((one) => one.kind === "unresolved_reference" && one.name), ["k"]);
});

Deno.test("planPrune() takes the one bad host of the real capture out and nothing else", () => {
  const file = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
  const snapshot = readSnapshot(gunzipSync(readFileSync(file)));
  const bad = snapshot.secrets.find(({ name }) => name === "default/m-staple-tls")!.material;
  const planned = planPrune(snapshot, (material) => {
    const pair = { certificate: new TextEncoder().encode(material === bad ? "refused" : "good"), key: null };
    return verdictOfWord({ kind: "pair", pair, identity: material.identity });
  }, { throwaways });
  assert.deepEqual(kinds(planned), ["drop_secret", "drop_chain"]);
  assert.deepEqual(planned.withheldHostnames, ["m-staple.example.com"]);
  assert.deepEqual(planned.findings, []);
  const answer = applyPlan(snapshot, planned, { throwaways });
  const left = Buffer.from(answer);
  for (const list of ["clusters", "secrets", "listeners", "routes"] as const) {
    const gone = snapshot.resources(list).filter((resource) => !left.includes(Buffer.from(resource))).length;
    assert.equal(gone, list === "secrets" || list === "listeners" ? 1 : 0, list);
  }
});

Deno.test("planPrune() finds a thousand listeners and one the same", () => {
  const hosts = Array.from({ length: 1000 }, (_one, index) => `h${index}.example.com`);
  const bad = (index: number) => index % 50 === 7;
  const secrets = hosts.map((host, index) => pairSecret(host, bad(index) ? "refused" : "good"));
  const chains = hosts.map((host) => chain(host, byName(host)));
  const many = chains.map((one, index) => ({ name: `l${index}`, filterChains: [one] }));
  const single = plan(
    readSnapshot(requestBytes(request({ secrets, listeners: [{ name: "l", filterChains: chains }] }))),
  );
  const split = plan(
    readSnapshot(requestBytes(request({ secrets, listeners: many, clusters: [cluster("c")] }))),
  );
  assert.equal(single.withheldHostnames.length, 20);
  assert.deepEqual(split.withheldHostnames, single.withheldHostnames);
  assert.equal(single.counts.prunedChains, 20);
  assert.equal(split.counts.removedListeners, 20);
});
