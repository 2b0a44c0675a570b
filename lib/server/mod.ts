/**
 * The two doors of the agent: the gRPC hook that Envoy Gateway calls, and HTTP for machines and people.
 *
 * A call is received here, put through view, mutations, plan and apply, and reported. What a certificate is worth and
 * what a snapshot means is decided in lower ranks.
 *
 * @module
 */
export * from "./agent_status.ts";
export * from "./ask_health.ts";
export * from "./calls_under_way.ts";
export * from "./confirmer.ts";
export * from "./faults.ts";
export * from "./generation.ts";
export * from "./grpc_server.ts";
export * from "./guard_clients.ts";
export * from "./hook_credentials.ts";
export * from "./hook_error.ts";
export * from "./hook_failure.ts";
export * from "./hook_handlers.ts";
export * from "./host_envoy.ts";
export * from "./go_filter.ts";
export * from "./http_server.ts";
export * from "./judge_client.ts";
export * from "./modify_resource.ts";
export * from "./open_door.ts";
export * from "./open_hook.ts";
export * from "./policy_belief.ts";
export * from "./programmed_set.ts";
export * from "./take_hook_tls.ts";
export * from "./tracing.ts";
export * from "./translate.ts";
export * from "./sds/mod.ts";
export * from "./snapshot_reports.ts";
export * from "./verdict_store.ts";
export type { MutationCounts } from "./_count_mutations.ts";
export { listWithheld } from "./_withheld.ts";
