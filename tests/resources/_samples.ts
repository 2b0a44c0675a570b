import type { Json, JsonObject } from "../../lib/model/mod.ts";

/** An object to ask about. */
export interface Case {
  readonly name: string;
  readonly value: JsonObject;
}

const GATEWAY_API = "gateway.networking.k8s.io";
/** What policies are about. */
export const target = { group: GATEWAY_API, kind: "Gateway", name: "g" };

function object(
  apiVersion: string,
  kind: string,
  rest: Record<string, Json>,
  metadata: Json = { name: "a" },
): JsonObject {
  return { apiVersion, kind, metadata, ...rest };
}

const api = (kind: string, spec: Json, version = "v1") => object(`${GATEWAY_API}/${version}`, kind, { spec });
/** An object of Envoy Gateway's own group. */
export const eg = (kind: string, spec: Json) => object("gateway.envoyproxy.io/v1alpha1", kind, { spec });
/** An HTTPS listener. */
export const https = (name: string, more: Record<string, Json> = {}): JsonObject => ({
  name,
  port: 443,
  protocol: "HTTPS",
  hostname: `${name}.test`,
  tls: { certificateRefs: [{ name: "s" }] },
  ...more,
});

/** A Gateway with these listeners. */
export const gateway = (...listeners: Json[]): JsonObject =>
  api("Gateway", { gatewayClassName: "c", listeners });

/** One sound object of every kind and more than one of those that matter most, rich in members. */
export const SAMPLES: Readonly<Record<string, JsonObject>> = {
  "GatewayClass": api("GatewayClass", { controllerName: "example.test/controller", description: "d" }),
  "Gateway": gateway(https("a"), https("b"), { name: "plain", port: 80, protocol: "HTTP" }),
  "Gateway passthrough": gateway(https("a", { protocol: "TLS", tls: { mode: "Passthrough" } })),
  "Gateway rich": object(`${GATEWAY_API}/v1`, "Gateway", {
    spec: {
      gatewayClassName: "c",
      addresses: [{ type: "IPAddress", value: "127.0.0.1" }],
      infrastructure: { labels: { a: "b" }, parametersRef: { group: "x.test", kind: "X", name: "x" } },
      allowedListeners: { namespaces: { from: "Selector", selector: { matchLabels: { a: "b" } } } },
      listeners: [
        https("a", { allowedRoutes: { namespaces: { from: "All" }, kinds: [{ kind: "HTTPRoute" }] } }),
      ],
    },
  }, { name: "a", namespace: "b", labels: { "a.test/b": "c" }, annotations: { "a.test/b": "c d" } }),
  "ListenerSet": api("ListenerSet", { parentRef: { name: "g" }, listeners: [https("a")] }),
  "HTTPRoute": api("HTTPRoute", {
    parentRefs: [{ name: "g", sectionName: "a" }, { name: "g", sectionName: "b" }],
    hostnames: ["a.test", "*.b.test"],
    rules: [{
      name: "r",
      matches: [{
        path: { type: "PathPrefix", value: "/a" },
        headers: [{ name: "x", value: "y" }],
        queryParams: [{ name: "q", value: "v" }],
        method: "GET",
      }],
      filters: [
        { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "a", value: "b" }] } },
        {
          type: "URLRewrite",
          urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/b" } },
        },
      ],
      timeouts: { request: "10s", backendRequest: "5s" },
      backendRefs: [{ name: "s", port: 80, weight: 1 }],
    }],
  }),
  "HTTPRoute redirect": api("HTTPRoute", {
    rules: [{
      filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
    }],
  }),
  "GRPCRoute": api("GRPCRoute", {
    parentRefs: [{ name: "g" }],
    rules: [{
      matches: [{ method: { service: "a.B", method: "C" } }],
      backendRefs: [{ name: "s", port: 80 }],
    }],
  }),
  "TLSRoute": api("TLSRoute", {
    parentRefs: [{ name: "g" }],
    hostnames: ["a.test"],
    rules: [{ backendRefs: [{ name: "s", port: 80 }] }],
  }),
  "TCPRoute": api("TCPRoute", {
    parentRefs: [{ name: "g" }],
    rules: [{ backendRefs: [{ name: "s", port: 80 }] }],
  }),
  "UDPRoute": api("UDPRoute", {
    parentRefs: [{ name: "g" }],
    rules: [{ backendRefs: [{ name: "s", port: 80 }] }],
  }),
  "ReferenceGrant": api("ReferenceGrant", {
    from: [{ group: GATEWAY_API, kind: "Gateway", namespace: "a" }],
    to: [{ group: "", kind: "Secret" }],
  }, "v1beta1"),
  "BackendTLSPolicy": api("BackendTLSPolicy", {
    targetRefs: [{ group: "", kind: "Service", name: "s" }],
    validation: { hostname: "a.test", wellKnownCACertificates: "System" },
  }),
  "EnvoyProxy": eg("EnvoyProxy", {
    mergeGateways: true,
    provider: { type: "Host", host: { envoyVersion: "1.40.0" } },
    shutdown: { drainTimeout: "10s" },
    extraArgs: ["--disable-hot-restart"],
    telemetry: {
      accessLog: {
        settings: [{
          format: { type: "Text", text: "x" },
          sinks: [{ type: "File", file: { path: "/dev/stdout" } }],
        }],
      },
    },
  }),
  "Backend": eg("Backend", { endpoints: [{ ip: { address: "127.0.0.1", port: 80 } }] }),
  "Backend names": eg("Backend", {
    endpoints: [{ fqdn: { hostname: "a.test", port: 80 } }],
    tls: { sni: "a.test" },
  }),
  "BackendTrafficPolicy": eg("BackendTrafficPolicy", {
    targetRefs: [target],
    timeout: { http: { requestTimeout: "1s" } },
    retry: { numRetries: 2, retryOn: { httpStatusCodes: [503], triggers: ["5xx"] } },
    loadBalancer: { type: "RoundRobin", slowStart: { window: "10s" } },
    rateLimit: { type: "Local", local: { rules: [{ limit: { requests: 3, unit: "Second" } }] } },
  }),
  "ClientTrafficPolicy": eg("ClientTrafficPolicy", {
    targetRef: target,
    tls: {
      minVersion: "1.2",
      clientValidation: { caCertificateRefs: [{ name: "s", kind: "Secret", group: "" }] },
    },
    connection: { bufferLimit: "32Ki" },
    timeout: { http: { requestReceivedTimeout: "1s" } },
  }),
  "SecurityPolicy": eg("SecurityPolicy", {
    targetRefs: [target],
    cors: { allowOrigins: ["https://a.test"], maxAge: "10s" },
    jwt: { providers: [{ name: "p", remoteJWKS: { uri: "https://a.test/jwks" } }] },
    authorization: {
      defaultAction: "Deny",
      rules: [{ action: "Allow", principal: { clientCIDRs: ["10.0.0.0/8"] } }],
    },
  }),
  "EnvoyPatchPolicy": eg("EnvoyPatchPolicy", {
    targetRef: target,
    type: "JSONPatch",
    jsonPatches: [{
      type: "type.googleapis.com/envoy.config.listener.v3.Listener",
      name: "l",
      operation: { op: "add", path: "/a", value: { b: [1, 2.5, null] } },
    }],
  }),
  "EnvoyExtensionPolicy": eg("EnvoyExtensionPolicy", {
    targetRefs: [target],
    lua: [{ type: "Inline", inline: "x" }],
    extProc: [{ backendRefs: [{ name: "s", port: 80 }], processingMode: { request: { body: "Streamed" } } }],
  }),
  "HTTPRouteFilter": eg("HTTPRouteFilter", {
    directResponse: { statusCode: 200, body: { type: "Inline", inline: "x" } },
  }),
  "Secret": object("v1", "Secret", {
    type: "kubernetes.io/tls",
    data: { "tls.crt": "YQ==", "tls.key": "YQ==" },
  }),
  "Secret text": object("v1", "Secret", { stringData: { a: "b" }, immutable: true }),
  "ConfigMap": object("v1", "ConfigMap", { data: { a: "b" }, binaryData: { c: "YQ==" } }),
  "Service": object("v1", "Service", {
    spec: {
      clusterIP: "1.2.3.4",
      selector: { a: "b" },
      ports: [{ name: "x", port: 80, targetPort: "http" }],
    },
  }),
  "Namespace": object("v1", "Namespace", { metadata: { name: "n", labels: { a: "b" } } }),
  "EndpointSlice": object("discovery.k8s.io/v1", "EndpointSlice", {
    addressType: "IPv4",
    endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }],
    ports: [{ port: 80 }],
  }),
  "CertState": object("certgate.dev/v1alpha1", "CertState", {
    spec: { targetRef: target, revision: "r", nudge: 1 },
  }),
};
