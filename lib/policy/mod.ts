/**
 * Policy objects → the index that mutations look things up in, and what is said of each policy.
 *
 * Pure: objects come ready read, no clock is asked, nothing of a snapshot is known here. What an index answers depends on
 * the objects and the options alone.
 *
 * @module
 */
export * from "./connector_states.ts";
export * from "./make_policy_index.ts";
export * from "./policy_conditions.ts";
export * from "./policy_index.ts";
