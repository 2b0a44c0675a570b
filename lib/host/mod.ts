/**
 * The host around certgate: log, files, sockets, the Envoy binary.
 *
 * Everything that touches the operating system and knows nothing of certificates or snapshots. No policy: what to do
 * with an answer is decided by the callers.
 *
 * @module
 */
export * from "./atomic_file.ts";
export * from "./directory.ts";
export * from "./hold_directory.ts";
export * from "./hold_state.ts";
export * from "./log.ts";
export * from "./systemd.ts";
export * from "./unix_socket.ts";
export * from "./envoy_oracle.ts";
export * from "./find_envoy.ts";
export * from "./knows_go_filter.ts";
export * from "./alarm.ts";
export * from "./envoy_admins.ts";
export * from "./probe_tls.ts";
export { httpGet, NobodyListens } from "./_http_get.ts";
export * from "./permitted.ts";
export { type Run, runProgram } from "./_envoy_run.ts";
export { plainLine } from "./_plain_line.ts";
export * from "./make_link.ts";
