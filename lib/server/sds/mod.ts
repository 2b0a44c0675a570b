/**
 * The third door of the agent: secrets straight to Envoy, each an update of its own.
 *
 * It speaks StreamSecrets, DeltaSecrets and FetchSecrets, and knows who asked for what and what became of it. What is
 * served under a name is decided above; nothing is judged here, and no file is read.
 *
 * @module
 */
export * from "./open_sds.ts";
export * from "./sds_book.ts";
export * from "./sds_events.ts";
export * from "./sds_resource.ts";
export * from "./sds_server_status.ts";
