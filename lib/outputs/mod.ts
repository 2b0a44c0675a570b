/**
 * What certgate writes for others to read: metrics text and files in the state directory.
 *
 * Nothing is decided here. Each file renders what it is given and says so if that cannot be written.
 *
 * @module
 */
export * from "./eg_directory.ts";
export * from "./keep.ts";
export * from "./metric_families.ts";
export * from "./metrics.ts";
export * from "./pair_file.ts";
export * from "./show_envoys.ts";
export * from "./show_gate.ts";
export * from "./show_policy.ts";
export * from "./status_keeper.ts";
export * from "./throwaway_file.ts";
export * from "./verdict_file.ts";
export * from "./verdict_keeper.ts";
export { yamlText } from "./_yaml_text.ts";
