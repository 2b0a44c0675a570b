/**
 * Bytes of a snapshot in, a view of it; the view and a plan in, bytes of the answer.
 *
 * The only folder that knows protobuf. It scans and splices on the wire and decodes nothing that nobody asks for. It
 * has no opinion about certificates, and does no I/O.
 *
 * @module
 */
export { type Entry, readSnapshot, Snapshot } from "./snapshot.ts";
export { type AnyStep, type ApplyOptions, applyPlan } from "./apply_plan.ts";
export { HOOK_SERVICE, hookFileDescriptors } from "./hook_service.ts";
export { isThrowaway, type Throwaways } from "./throwaways.ts";
export type { ChainView, ListenerView } from "./_listener.ts";
export type { ListenerDoor } from "./_listener_door.ts";
export type { ClusterView, ContextView } from "./_cluster.ts";
export type { ClusterDetails } from "./_cluster_details.ts";
export type { TunnelView } from "./_tunnel.ts";
export type { HttpManagerView, ManagerRoutes } from "./_http_manager.ts";
export type { RouteConfigView } from "./_route_config.ts";
export type { VirtualHostView } from "./_virtual_host.ts";
export type { RouteView } from "./_route.ts";
export type { Span } from "./_span.ts";
export type { WireReader } from "./_wire.ts";
export type { SecretView } from "./_secret.ts";
export type { SocketView } from "./_socket.ts";
export type { Reference, TlsView } from "./_tls_context.ts";
export type { TrustView } from "./_material.ts";
export { echoResource } from "./echo_resource.ts";
export { pairMaterial } from "./pair_material.ts";
export { type CertStateView, readCertStates } from "./read_cert_states.ts";
export { unwrapAnswer, wrapResource } from "./wrap_resource.ts";
export * from "./sds_request.ts";
export * from "./sds_response.ts";
export * from "./sds_secret.ts";
export * from "./sds_service.ts";
