/** What becomes of a kind that is known here. */
export type Use =
  /** Envoy Gateway reads it, and checks it against its schema. */
  | "checked"
  /** Envoy Gateway reads it, and only turns it into a Go type. */
  | "converted"
  /** Envoy Gateway loads it and does nothing with it, or refuses it; certgate reads it. */
  | "own";

/** A kind that is known here. */
export interface Kind {
  readonly group: string;
  readonly kind: string;
  /** The version that Envoy Gateway 1.9.0 can load, use, and forget again. */
  readonly version: string;
  /** Other versions of the same content, which are read as if they were that one. */
  readonly others: readonly string[];
  readonly use: Use;
  readonly namespaced: boolean;
  /** Name of the schema it is checked against; empty if there is none. */
  readonly schema: string;
}

const GATEWAY_API = "gateway.networking.k8s.io";
const ENVOY_GATEWAY = "gateway.envoyproxy.io";

/** Group of the kinds of the network-services-operator; all of them are handed over. */
export const DATUM = "networking.datumapis.com";

/** Group of certgate's own kinds. */
export const CERTGATE = "certgate.dev";

function checked(group: string, kind: string, version: string, others: readonly string[] = []): Kind {
  const use = kind === "ListenerSet" ? "own" : "checked";
  const schema = `${group}/${version}/${kind}`;
  return { group, kind, version, others, use, namespaced: kind !== "GatewayClass", schema };
}

function converted(kind: string, group = ""): Kind {
  const schema = `${group === "" ? "" : `${group}/`}v1/${kind}`;
  return {
    group,
    kind,
    version: "v1",
    others: [],
    use: "converted",
    namespaced: kind !== "Namespace",
    schema,
  };
}

const KINDS: readonly Kind[] = [
  checked(GATEWAY_API, "GatewayClass", "v1", ["v1beta1"]),
  checked(GATEWAY_API, "Gateway", "v1", ["v1beta1"]),
  checked(GATEWAY_API, "ListenerSet", "v1"),
  checked(GATEWAY_API, "HTTPRoute", "v1", ["v1beta1"]),
  checked(GATEWAY_API, "GRPCRoute", "v1"),
  checked(GATEWAY_API, "TLSRoute", "v1", ["v1alpha2", "v1alpha3"]),
  checked(GATEWAY_API, "TCPRoute", "v1", ["v1alpha2"]),
  checked(GATEWAY_API, "UDPRoute", "v1", ["v1alpha2"]),
  checked(GATEWAY_API, "ReferenceGrant", "v1beta1", ["v1"]),
  checked(GATEWAY_API, "BackendTLSPolicy", "v1", ["v1alpha3"]),
  ...[
    ...["EnvoyProxy", "Backend", "BackendTrafficPolicy", "ClientTrafficPolicy", "SecurityPolicy"],
    ...["EnvoyPatchPolicy", "EnvoyExtensionPolicy", "HTTPRouteFilter"],
  ].map((kind) => checked(ENVOY_GATEWAY, kind, "v1alpha1")),
  ...["Secret", "ConfigMap", "Service", "Namespace"].map((kind) => converted(kind)),
  converted("EndpointSlice", "discovery.k8s.io"),
  {
    group: "gateway.networking.x-k8s.io",
    kind: "XListenerSet",
    version: "v1alpha1",
    others: [],
    use: "own",
    namespaced: true,
    // The kind that came of it, with the same members.
    schema: `${GATEWAY_API}/v1/ListenerSet`,
  },
];

const byName = new Map(KINDS.map((kind) => [`${kind.group}/${kind.kind}`, kind]));

/** A known kind, or `null`. */
export function kindOf(group: string, kind: string): Kind | null {
  return byName.get(`${group}/${kind}`) ?? null;
}

/** Names of the kinds of a group that are known, for hints. */
export function kindsOf(group: string): string[] {
  return KINDS.filter((kind) => kind.group === group).map((kind) => kind.kind);
}

/** Group and version of an `apiVersion`; `null` if it has more than one slash or an empty part. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } | null {
  const parts = apiVersion.split("/");
  if (parts.length > 2 || parts.includes("")) return null;
  return parts.length === 1 ? { group: "", version: parts[0] } : { group: parts[0], version: parts[1] };
}

/** The `apiVersion` of a known kind. */
export function apiVersionOf(kind: Kind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}
