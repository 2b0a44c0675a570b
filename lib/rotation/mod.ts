/**
 * The certificates with which Envoy Gateway, Envoy and the rate limit service know each other, and how they are replaced.
 *
 * Makes the tree of files that Envoy Gateway expects, publishes it so that nobody sees half of it, and rotates it step by
 * step over a journal, so that a crash at any moment can be continued. It says what it does and decides nothing about
 * when: that is up to the command line and the agent. Nothing about certificates of hosts is here.
 *
 * @module
 */
export * from "./automatic.ts";
export * from "./adopt_dependents.ts";
export * from "./dependent_marker.ts";
export * from "./dependent_options.ts";
export * from "./journal.ts";
export * from "./own_rotation.ts";
export * from "./peers_converged.ts";
export * from "./plan_rotation.ts";
export * from "./probe_dependents.ts";
export * from "./probe_peer.ts";
export * from "./read_tree.ts";
export * from "./restart_dependents.ts";
export type { RestartPrograms } from "./restart_method.ts";
export * from "./rotate.ts";
export * from "./rotation_options.ts";
export * from "./tree.ts";
export * from "./tree_directory.ts";
