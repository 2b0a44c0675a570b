/**
 * What end-to-end tests are set up with: real Envoy Gateway, real Envoy, certgate, a backend, pairs and probes.
 *
 * It starts, stops and reads; it asserts nothing. Everything runs on loopback, in a temporary directory, and ends
 * with the test. One set-up at a time per machine, because Envoy Gateway's xDS port is fixed.
 *
 * @module
 */
export { packRelease } from "./archive.ts";
export { askConnect } from "./ask_connect.ts";
export { askHttp, type HttpAnswer } from "./ask_http.ts";
export { Bed, onBed } from "./bed.ts";
export { Certgate, configuration, type GateSettings, runCertgate, type RunWishes } from "./certgate.ts";
export { Edge } from "./edge.ts";
export { endOrphans } from "./end_orphans.ts";
export { type DumpedResource, EnvoyAdmin, type Refusals } from "./envoy_admin.ts";
export { FakeHost } from "./fake_host.ts";
export { backendAt, httpGateway, type HttpListener, httpRoute, type HttpRule } from "./http_resources.ts";
export {
  type GatewayPorts,
  httpsRoute,
  issuedGateway,
  issuedSet,
  type IssuerAnnotations,
  redirectRoute,
} from "./issuance_resources.ts";
export { KeptHttp2 } from "./kept_http2.ts";
export { KeptConnection } from "./kept_connection.ts";
export { Load } from "./load.ts";
export { type Samples, total } from "./metrics.ts";
export { type Hole, HOLES, TestAuthority, type TestPair } from "./pairs.ts";
export { connector, httpProxy, projectNamespace, type Protection, protection } from "./policy_objects.ts";
export { type Pebble, pebbleIsMissing, startPebble } from "./pebble.ts";
export { freePort, freePorts } from "./ports.ts";
export { type Answer, probe, Ticks } from "./probe.ts";
export { readPublished } from "./published.ts";
export { type BuiltProgram, makeProgram, WRONG_ISSUER } from "./program.ts";
export { ReleaseServer } from "./release_server.ts";
export {
  gateway,
  listenerName,
  listenerSet,
  NAMESPACE,
  ResourceDirectory,
  route,
  secret,
  secretName,
} from "./resources.ts";
export { type Roots, type ServedPair, servedPair } from "./served_pair.ts";
export { tunnelBootstrap } from "./tunnel_bootstrap.ts";
export {
  CertbotVolume,
  CsiVolume,
  KubeletVolume,
  type Members,
  PlainVolume,
  secretMembers,
  type Volume,
} from "./volumes.ts";
export { until } from "./wait.ts";
