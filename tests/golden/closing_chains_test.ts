/** The chains that certgate writes itself, on a real Envoy: it takes them, and they close without a certificate. */
import assert from "node:assert/strict";
import { create, fromBinary } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { type DarkHostname, KeyMaterial, type Material, type PairBytes } from "../../lib/model/mod.ts";
import { planPrune, type PruneOptions } from "../../lib/mutations/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { applyPlan, readSnapshot, type Throwaways } from "../../lib/xds/mod.ts";
import type { Listener } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import { RouterSchema } from "../../proto/gen/envoy/extensions/filters/http/router/v3/router_pb.ts";
import {
  HttpConnectionManager_CodecType,
  HttpConnectionManagerSchema,
} from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import { toolPath } from "../setup/tools.ts";
import {
  type Chain,
  chain,
  type CommonTls,
  inspecting,
  type Listener as ListenerInit,
  onPort,
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
  quicChain,
  request,
  requestBytes,
} from "./build.ts";
import { look, refusal, withEnvoy } from "./real_envoy.ts";
import { verdictOfWord } from "./words.ts";

const ignore = toolPath("envoy") === null;
const now = Date.now();

const make = (name: string) =>
  makeSelfSigned({ commonName: name, names: [name], now: now - 3_600_000, days: 3650 });

async function makeThrowaways(): Promise<Throwaways> {
  const ca = await makeSelfSigned({ commonName: "nobody", now: now - 3_600_000, days: 3650, isCa: true });
  return { pair: await make("throwaway.invalid"), trust: ca.certificate };
}

const inPlace = ({ certificate, key }: { certificate: Uint8Array; key: KeyMaterial }): CommonTls => ({
  tlsCertificates: [{ certificateChain: bytes(certificate), privateKey: bytes(key.open()) }],
});
const bytes = (value: Uint8Array) => ({ specifier: { case: "inlineBytes" as const, value } });
const BAD: CommonTls = inPlace({ certificate: text("refused"), key: new KeyMaterial(text("refused")) });

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

const filter = (name: string, value: Any) => [{ name, configType: { case: "typedConfig" as const, value } }];

/** An HTTP connection manager without routes: it finishes the handshake and answers 404. */
const http = (codecType: HttpConnectionManager_CodecType) =>
  anyPack(
    HttpConnectionManagerSchema,
    create(HttpConnectionManagerSchema, {
      codecType,
      statPrefix: "test",
      routeSpecifier: { case: "routeConfig", value: { name: "test" } },
      httpFilters: filter("router", anyPack(RouterSchema, create(RouterSchema))),
    }),
  );
const MANAGER = "envoy.filters.network.http_connection_manager";

const tcp = (host: string, tls: CommonTls): Chain =>
  ({ ...chain(host, tls), filters: filter(MANAGER, http(HttpConnectionManager_CodecType.AUTO)) }) as Chain;
const udp = (host: string, tls: CommonTls): Chain =>
  ({
    ...quicChain(host, tls),
    filters: filter(MANAGER, http(HttpConnectionManager_CodecType.HTTP3)),
  }) as Chain;

/** Real pairs are served; the word "refused" is refused, as everywhere in these tests. */
function verdictOf(material: Material) {
  const { certificate } = (material as { pair: PairBytes }).pair;
  const real = new TextDecoder().decode(certificate!).startsWith("-----BEGIN");
  const pair = { certificate: text(real ? "good" : "refused"), key: null };
  return verdictOfWord({ kind: "pair", pair, identity: material.identity });
}

function prune(
  listeners: ListenerInit[],
  throwaways: Throwaways,
  options: Partial<PruneOptions> = {},
): Listener[] {
  const snapshot = readSnapshot(requestBytes(request({ listeners })));
  const plan = planPrune(snapshot, verdictOf, { throwaways, ...options });
  return fromBinary(PostTranslateModifyResponseSchema, applyPlan(snapshot, plan, { throwaways })).listeners;
}

Deno.test({
  name: "applyPlan() makes a dark host that the real Envoy closes without a certificate, neighbours unharmed",
  ignore,
  fn: async () => {
    const throwaways = await makeThrowaways();
    const [neighbour, other] = [inPlace(await make("*.example.com")), inPlace(await make("a.example.com"))];
    const listeners = prune([
      { name: "wildcard", filterChains: [tcp("*.example.com", neighbour), tcp("b.example.com", BAD)] },
      {
        name: "any",
        filterChains: [tcp("", neighbour), tcp("a.example.com", other), tcp("b.example.com", BAD)],
      },
      { name: "default", filterChains: [tcp("b.example.com", BAD)], defaultFilterChain: tcp("", neighbour) },
    ], throwaways);
    await withEnvoy(listeners, async (ports) => {
      for (const [name, port] of ports) {
        assert.deepEqual(await look(port, "b.example.com"), { certificate: null, closed: true }, name);
        assert.deepEqual(
          await look(port, "z.example.com"),
          { certificate: "*.example.com", closed: false },
          name,
        );
      }
      const seen = await look(ports.get("any")!, "a.example.com");
      assert.deepEqual(seen, { certificate: "a.example.com", closed: false });
    });
  },
});

Deno.test({
  name: "applyPlan() lets a wildcard answer for a dark host when asked to",
  ignore,
  fn: async () => {
    const neighbour = inPlace(await make("*.example.com"));
    const listeners = prune(
      [{ name: "wildcard", filterChains: [tcp("*.example.com", neighbour), tcp("b.example.com", BAD)] }],
      await makeThrowaways(),
      { onDark: "wildcard" },
    );
    await withEnvoy(listeners, async (ports) => {
      const seen = await look(ports.get("wildcard")!, "b.example.com");
      assert.deepEqual(seen, { certificate: "*.example.com", closed: false });
    });
  },
});

Deno.test({
  name: "applyPlan() parks a listener that the real Envoy opens and closes at once",
  ignore,
  fn: async () => {
    const listeners = prune(
      [{ name: "bad", filterChains: [tcp("b.example.com", BAD)] }],
      await makeThrowaways(),
      {
        whenEmpty: "park",
      },
    );
    await withEnvoy(listeners, async (ports) => {
      const seen = await look(ports.get("bad")!, "b.example.com");
      assert.deepEqual(seen, { certificate: null, closed: true });
    });
  },
});

Deno.test({
  name: "applyPlan() makes QUIC chains, dark and parked, that the real Envoy takes",
  ignore,
  fn: async () => {
    const throwaways = await makeThrowaways();
    const neighbour = inPlace(await make("*.example.com"));
    const input = [
      { name: "udp dark", filterChains: [udp("*.example.com", neighbour), udp("b.example.com", BAD)] },
      { name: "udp parked", filterChains: [udp("b.example.com", BAD)] },
    ];
    const listeners = prune(input, throwaways, { whenEmpty: "park" });
    assert.deepEqual(listeners.map(({ filterChains }) => filterChains.length), [2, 1]);
    assert.equal(await refusal(listeners), "");
    // The oracle does look at QUIC chains: as they came they are refused.
    const { listeners: unpruned } = fromBinary(
      PostTranslateModifyRequestSchema,
      requestBytes(request({ listeners: input })),
    );
    assert.match(await refusal(unpruned), /Failed to load certificate chain/);
  },
});

const darkAt = (port: number, ...hostnames: string[]): DarkHostname[] =>
  hostnames.map((hostname) => (
    { hostname, port, reason: "Expired", cause: "expired", message: "", secret: "default/dark" }
  ));

Deno.test({
  name: "applyPlan() makes the real Envoy refuse what the gate leaves out, a neighbour's wildcard unharmed",
  ignore,
  fn: async () => {
    const throwaways = await makeThrowaways();
    const neighbour = inPlace(await make("*.example.com"));
    const exact = inPlace(await make("a.example.com"));
    const listeners = prune(
      [
        {
          name: "wildcard",
          ...onPort(443),
          ...inspecting,
          filterChains: [tcp("*.example.com", neighbour), tcp("a.example.com", exact)],
        },
        // Nobody has told this one to look for names: as Envoy Gateway makes it for a listener without a hostname.
        { name: "any", ...onPort(8443), filterChains: [tcp("", neighbour)] },
        { name: "default", ...onPort(8443), defaultFilterChain: tcp("", neighbour) },
      ],
      throwaways,
      {
        dark: [
          ...darkAt(443, "b.example.com", "*.sub.example.com", "a.example.com"),
          ...darkAt(8443, "B.Example.com", "*.sub.example.com"),
        ],
      },
    );
    await withEnvoy(listeners, async (ports) => {
      for (const [name, port] of ports) {
        for (const refused of ["b.example.com", "x.sub.example.com"]) {
          assert.deepEqual(await look(port, refused), { certificate: null, closed: true }, name);
        }
        const seen = await look(port, "z.example.com");
        assert.deepEqual(seen, { certificate: "*.example.com", closed: false }, name);
      }
      const seen = await look(ports.get("wildcard")!, "a.example.com");
      assert.deepEqual(seen, { certificate: "a.example.com", closed: false });
    });
  },
});

Deno.test({
  name: "applyPlan() adds QUIC chains for what the gate leaves out that the real Envoy takes",
  ignore,
  fn: async () => {
    const neighbour = inPlace(await make("*.example.com"));
    const listeners = prune(
      [{ name: "udp", ...onPort(443), filterChains: [udp("*.example.com", neighbour)] }],
      await makeThrowaways(),
      { dark: darkAt(443, "b.example.com", "c.example.com") },
    );
    assert.deepEqual(listeners.map(({ filterChains }) => filterChains.length), [2]);
    assert.equal(await refusal(listeners), "");
  },
});
