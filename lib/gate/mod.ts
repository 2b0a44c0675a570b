/**
 * Gateway API objects and what is believed of their pairs → what Envoy Gateway is given, and why.
 *
 * Pure: the plan is data. No files are read or written here, no certificate is looked into (verdicts come ready made),
 * no clock is asked, and what no rule names goes out as it came in.
 *
 * @module
 */
export * from "./list_resource_pairs.ts";
export * from "./plan_gate.ts";
export * from "./stamp_plan.ts";
