/**
 * YAML text to checked objects, with file:line:column and a hint in every complaint.
 *
 * No file is opened here and nothing is judged: text comes in, data and complaints go out. A complaint is data,
 * never an exception.
 *
 * @module
 */
export * from "./check_object.ts";
export * from "./complaint.ts";
export * from "./config.ts";
export * from "./config_overrides.ts";
export * from "./config_schema.ts";
export type { Dependent, DependentInstance } from "./_dependents_schema.ts";
export * from "./editor_schema.ts";
export * from "./json_members.ts";
export * from "./listen_address.ts";
export { type Endpoint, parseEndpoint } from "./_policy_endpoint.ts";
export * from "./read_policies.ts";
export * from "./read_resources.ts";
