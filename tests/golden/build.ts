/** Short ways to say a snapshot, for golden inputs and generated snapshots: the generated types with what tests repeat. */
import {
  create,
  createRegistry,
  fromJson,
  type JsonValue,
  type MessageInitShape,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import { file_envoy_extensions_filters_http_router_v3_router as router } from "../../proto/gen/envoy/extensions/filters/http/router/v3/router_pb.ts";
import { file_envoy_extensions_filters_network_direct_response_v3_config as direct } from "../../proto/gen/envoy/extensions/filters/network/direct_response/v3/config_pb.ts";
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager as http } from "../../proto/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.ts";
import {
  file_envoy_extensions_transport_sockets_quic_v3_quic_transport as quicFile,
  QuicDownstreamTransportSchema,
} from "../../proto/gen/envoy/extensions/transport_sockets/quic/v3/quic_transport_pb.ts";
import {
  file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector as inspectorFile,
  TlsInspectorSchema,
} from "../../proto/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.ts";
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
  file_envoy_extensions_transport_sockets_tls_v3_tls as tls,
  UpstreamTlsContextSchema,
} from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.ts";
import type { ClusterSchema } from "../../proto/gen/envoy/config/cluster/v3/cluster_pb.ts";
import type { FilterChainSchema } from "../../proto/gen/envoy/config/listener/v3/listener_components_pb.ts";
import type { ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import type { SecretSchema } from "../../proto/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.ts";
import type { TransportSocketSchema } from "../../proto/gen/envoy/config/core/v3/base_pb.ts";
import {
  PostTranslateModifyRequestSchema,
  PostTranslateModifyResponseSchema,
} from "../../proto/gen/extension/service_pb.ts";

/** The types that an Any of a golden file can hold. */
export const registry = createRegistry(router, direct, http, inspectorFile, quicFile, tls);

export type CommonTls = MessageInitShape<typeof CommonTlsContextSchema>;
export type Chain = MessageInitShape<typeof FilterChainSchema>;
export type Listener = MessageInitShape<typeof ListenerSchema>;
export type Cluster = MessageInitShape<typeof ClusterSchema>;
export type Secret = MessageInitShape<typeof SecretSchema>;
export type Request = MessageInitShape<typeof PostTranslateModifyRequestSchema>;
type Socket = MessageInitShape<typeof TransportSocketSchema>;

const inline = (value: string) => ({ specifier: { case: "inlineString" as const, value } });

/** A pair whose text is a word that {@linkcode verdictOfWord} knows. */
export const pair = (word: string) => ({
  certificateChain: inline(word),
  privateKey: inline(`key of ${word}`),
});
/** A validation context with such a word as its trusted CA. */
export const trust = (word: string) => ({ trustedCa: inline(word) });

export const pairSecret = (name: string, word: string): Secret => ({
  name,
  type: { case: "tlsCertificate", value: pair(word) },
});

export const trustSecret = (name: string, word: string): Secret => ({
  name,
  type: { case: "validationContext", value: trust(word) },
});

/** A reference to a secret of the snapshot's own server. */
export const ads = (name: string) => ({
  name,
  sdsConfig: { configSourceSpecifier: { case: "ads" as const, value: {} } },
});

/** A reference to a secret of another server. */
export const elsewhere = (name: string) => ({
  name,
  sdsConfig: {
    configSourceSpecifier: { case: "apiConfigSource" as const, value: { clusterNames: ["other-sds"] } },
  },
});

export const byName = (...names: string[]): CommonTls => ({ tlsCertificateSdsSecretConfigs: names.map(ads) });
export const inPlace = (...words: string[]): CommonTls => ({ tlsCertificates: words.map(pair) });

const socket = (name: string, value: Any): Socket => ({
  name: `envoy.transport_sockets.${name}`,
  configType: { case: "typedConfig", value },
});

const downstream = (common: CommonTls) => create(DownstreamTlsContextSchema, { commonTlsContext: common });

/** A filter chain with TLS; `host` is its server name, `""` for none. */
export const chain = (host: string, common: CommonTls): Chain => ({
  ...plainChain(`chain ${host}`, host),
  transportSocket: socket("tls", anyPack(DownstreamTlsContextSchema, downstream(common))),
});

export const quicChain = (host: string, common: CommonTls): Chain => {
  const value = create(QuicDownstreamTransportSchema, { downstreamTlsContext: downstream(common) });
  const transportSocket = socket("quic", anyPack(QuicDownstreamTransportSchema, value));
  return { ...plainChain(`chain ${host}`, host), transportSocket };
};

export const plainChain = (name: string, host = "") => ({
  name,
  ...(host === "" ? {} : { filterChainMatch: { serverNames: [host] } }),
  filters: [{ name: "some.filter" }],
});

/** Where a listener listens. */
export const onPort = (portValue: number): Pick<Listener, "address"> => ({
  address: {
    address: {
      case: "socketAddress",
      value: { portSpecifier: { case: "portValue", value: portValue } },
    },
  },
});

/** The listener filter that Envoy Gateway gives to a listener with server names. */
export const inspecting: Pick<Listener, "listenerFilters"> = {
  listenerFilters: [{
    name: "envoy.filters.listener.tls_inspector",
    configType: { case: "typedConfig", value: anyPack(TlsInspectorSchema, create(TlsInspectorSchema)) },
  }],
};

export const upstream = (common: CommonTls): Socket =>
  socket(
    "tls",
    anyPack(UpstreamTlsContextSchema, create(UpstreamTlsContextSchema, { commonTlsContext: common })),
  );

export const cluster = (name: string, common?: CommonTls): Cluster => ({
  name,
  ...(common === undefined ? {} : { transportSocket: upstream(common) }),
});

/** A request; unless something else is asked for it has a cluster and a route, as every real one. */
export function request(parts: Request): Request {
  return { clusters: [cluster("backend")], routes: [{ name: "route" }], ...parts };
}

export function requestBytes(parts: Request): Uint8Array {
  return toBinary(PostTranslateModifyRequestSchema, create(PostTranslateModifyRequestSchema, parts));
}

export function requestFromJson(json: JsonValue): Uint8Array {
  return toBinary(
    PostTranslateModifyRequestSchema,
    fromJson(PostTranslateModifyRequestSchema, json, { registry }),
  );
}

export function requestToJson(parts: Request): JsonValue {
  return toJson(PostTranslateModifyRequestSchema, create(PostTranslateModifyRequestSchema, parts), {
    registry,
  });
}

export { PostTranslateModifyRequestSchema, PostTranslateModifyResponseSchema };
