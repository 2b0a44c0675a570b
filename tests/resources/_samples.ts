import type { Json, JsonObject } from "../../lib/model/mod.ts";

/** An object to ask about. */
export interface Case {
  readonly name: string;
  readonly value: JsonObject;
}

const GATEWAY_API = "gateway.networking.k8s.io";
const target = { group: GATEWAY_API, kind: "Gateway", name: "g" };

function object(
  apiVersion: string,
  kind: string,
  rest: Record<string, Json>,
  metadata: Json = { name: "a" },
): JsonObject {
  return { apiVersion, kind, metadata, ...rest };
}

const api = (kind: string, spec: Json, version = "v1") => object(`${GATEWAY_API}/${version}`, kind, { spec });
const eg = (kind: string, spec: Json) => object("gateway.envoyproxy.io/v1alpha1", kind, { spec });
const https = (name: string, more: Record<string, Json> = {}): JsonObject => ({
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

const meta = (metadata: Json): JsonObject => ({ ...SAMPLES["Gateway"], metadata });
const listener = (more: Record<string, Json>) => gateway(https("a", more));
const versions = (kind: string, ...names: string[]): Case[] =>
  names.map((version) => ({
    name: `${kind} ${version}`,
    value: {
      ...SAMPLES[kind],
      apiVersion: `${(SAMPLES[kind].apiVersion as string).split("/")[0]}/${version}`,
    },
  }));

/** Cases with a name, each about one rule. */
export const NAMED: readonly Case[] = [
  ...Object.entries(SAMPLES).map(([name, value]) => ({ name, value })),
  ...Object.entries<JsonObject>({
    "64 listeners": gateway(...Array.from({ length: 64 }, (_, i) => https(`l${i}`))),
    "65 listeners": gateway(...Array.from({ length: 65 }, (_, i) => https(`l${i}`))),
    "no listener": gateway(),
    "a listener name twice": gateway(https("a"), https("a", { hostname: "b.test" })),
    "a listener twice": gateway(https("a"), https("b", { hostname: "a.test" })),
    "HTTPS without tls": gateway({ name: "a", port: 443, protocol: "HTTPS" }),
    "HTTPS with empty tls": listener({ tls: {} }),
    "HTTPS with empty certificateRefs": listener({ tls: { certificateRefs: [] } }),
    "HTTPS with options and no certificate": listener({ tls: { options: { "a.test/b": "c" } } }),
    "HTTPS passthrough": listener({ tls: { mode: "Passthrough" } }),
    "TLS without tls": gateway({ name: "a", port: 443, protocol: "TLS" }),
    "TLS without mode": listener({ protocol: "TLS" }),
    "HTTP with tls": listener({ protocol: "HTTP" }),
    "TCP with a hostname": gateway({ name: "a", port: 1, protocol: "TCP", hostname: "a.test" }),
    "TCP": gateway({ name: "a", port: 1, protocol: "TCP" }),
    "an own protocol": gateway({ name: "a", port: 1, protocol: "x.test/Foo" }),
    "port 0": listener({ port: 0 }),
    "port 65536": listener({ port: 65536 }),
    "port as text": listener({ port: "443" }),
    "port with a fraction": listener({ port: 443.5 }),
    "hostname in capitals": listener({ hostname: "A.test" }),
    "hostname *": listener({ hostname: "*" }),
    "hostname empty": listener({ hostname: "" }),
    "hostname null": listener({ hostname: null }),
    "hostname with a star inside": listener({ hostname: "a.*.test" }),
    "listener name with a space": listener({ name: "a b" }),
    "64 certificates": listener({
      tls: { certificateRefs: Array.from({ length: 64 }, (_, i) => ({ name: `s${i}` })) },
    }),
    "65 certificates": listener({
      tls: { certificateRefs: Array.from({ length: 65 }, (_, i) => ({ name: `s${i}` })) },
    }),
    "certificate of another kind": listener({
      tls: { certificateRefs: [{ group: "x.test", kind: "X", name: "s" }] },
    }),
    "certificate without a name": listener({ tls: { certificateRefs: [{ kind: "Secret" }] } }),
    "an unknown member": { ...SAMPLES["Gateway"], extra: 1 },
    "an unknown member below": listener({ extra: 1 }),
    "status": { ...SAMPLES["Gateway"], status: {} },
    "status that does not fit": { ...SAMPLES["Gateway"], status: { addresses: 3 } },
    "no spec": { ...SAMPLES["Gateway"], spec: null },
    "no name": meta({ namespace: "n" }),
    "no metadata": meta(null),
    "generateName": meta({ generateName: "g-" }),
    "name in capitals": meta({ name: "A" }),
    "name of 254 characters": meta({ name: "a".repeat(254) }),
    "name as number": meta({ name: 1 }),
    "namespace with a dot": meta({ name: "a", namespace: "a.b" }),
    "an unknown member of metadata": meta({ name: "a", extra: 1 }),
    "annotation as number": meta({ name: "a", annotations: { a: 1 } }),
    "annotation null": meta({ name: "a", annotations: { a: null } }),
    "annotation with a bad name": meta({ name: "a", annotations: { "a b": "c" } }),
    "annotation with capitals before the slash": meta({ name: "a", annotations: { "A.test/b": "c" } }),
    "annotations of 300 KB": meta({ name: "a", annotations: { a: "x".repeat(300_000) } }),
    "label with a space": meta({ name: "a", labels: { a: "b c" } }),
    "label with a bad name": meta({ name: "a", labels: { "-a": "b" } }),
    "finalizer": meta({ name: "a", finalizers: ["a.test/b"] }),
    "finalizer with a space": meta({ name: "a", finalizers: ["a b"] }),
    "owner": meta({
      name: "a",
      ownerReferences: [{ apiVersion: "v1", kind: "Secret", name: "s", uid: "u" }],
    }),
    "owner without a name": meta({ name: "a", ownerReferences: [{ apiVersion: "v1", kind: "Secret" }] }),
    "what the cluster adds": meta({
      name: "a",
      uid: "u",
      resourceVersion: "1",
      generation: 3,
      creationTimestamp: null,
    }),
    "managedFields": meta({
      name: "a",
      managedFields: [{ manager: "m", operation: "Update", apiVersion: "v1" }],
    }),
    "creationTimestamp that is no time": meta({ name: "a", creationTimestamp: "yesterday" }),
    "Secret without a name": { ...SAMPLES["Secret"], metadata: {} },
    "Secret with a name in capitals": { ...SAMPLES["Secret"], metadata: { name: "A_b" } },
    "Secret with a label that is none": {
      ...SAMPLES["Secret"],
      metadata: { name: "a", labels: { "a b": "c d" } },
    },
    "Secret with plain text": { ...SAMPLES["Secret"], data: { "tls.crt": "?!" } },
    "Secret without padding": { ...SAMPLES["Secret"], data: { "tls.crt": "YQ" } },
    "Secret with line ends": { ...SAMPLES["Secret"], data: { "tls.crt": "YQ\n=\r\n=\n" } },
    "Secret with spaces": { ...SAMPLES["Secret"], data: { "tls.crt": "YQ ==" } },
    "Secret with URL-safe base64": { ...SAMPLES["Secret"], data: { "tls.crt": "-_==" } },
    "Secret with stray bits": { ...SAMPLES["Secret"], data: { "tls.crt": "YR==" } },
    "Secret with a number": { ...SAMPLES["Secret"], data: { "tls.crt": 12 } },
    "Secret with null": { ...SAMPLES["Secret"], data: { "tls.crt": null } },
    "Secret with a list": { ...SAMPLES["Secret"], data: { "tls.crt": [97] } },
    "Secret with an unknown member": { ...SAMPLES["Secret"], extra: 1 },
    "Secret immutable as text": { ...SAMPLES["Secret"], immutable: "true" },
    "Service without a name": { ...SAMPLES["Service"], metadata: {} },
    "EndpointSlice without a name": { ...SAMPLES["EndpointSlice"], metadata: {} },
    "Service with a port as text": { ...SAMPLES["Service"], spec: { ports: [{ port: "80" }] } },
    "Service with a fraction": { ...SAMPLES["Service"], spec: { ports: [{ port: 80.5 }] } },
    "Service with a large port": { ...SAMPLES["Service"], spec: { ports: [{ port: 8e12 }] } },
    "consistent hash": eg("BackendTrafficPolicy", {
      targetRefs: [target],
      loadBalancer: { type: "ConsistentHash", consistentHash: { type: "SourceIP" } },
    }),
    "cost of a request": eg("BackendTrafficPolicy", {
      targetRefs: [target],
      rateLimit: {
        type: "Global",
        global: {
          rules: [{ limit: { requests: 3, unit: "Hour" }, cost: { request: { from: "Number", number: 1 } } }],
        },
      },
    }),
    "a kind that nobody knows": { ...SAMPLES["Gateway"], kind: "Gatewai" },
    "XListenerSet": {
      ...SAMPLES["ListenerSet"],
      apiVersion: "gateway.networking.x-k8s.io/v1alpha1",
      kind: "XListenerSet",
    },
    "HTTPProxy": {
      apiVersion: "networking.datumapis.com/v1alpha",
      kind: "HTTPProxy",
      metadata: { name: "a" },
      spec: {},
    },
    "no kind": { apiVersion: "v1", metadata: { name: "a" } },
    "no apiVersion": { kind: "Secret", metadata: { name: "a" } },
    "CertState without a name": { ...SAMPLES["CertState"], metadata: {} },
  }).map(([name, value]) => ({ name, value })),
  ...versions("Gateway", "v1beta1", "v1alpha2"),
  ...versions("GatewayClass", "v1beta1"),
  ...versions("HTTPRoute", "v1beta1"),
  ...versions("TLSRoute", "v1alpha2", "v1alpha3"),
  ...versions("TCPRoute", "v1alpha2"),
  ...versions("UDPRoute", "v1alpha2"),
  ...versions("ReferenceGrant", "v1"),
  ...versions("BackendTLSPolicy", "v1alpha3"),
];
