/**
 * The words everything else is written in: reason codes, facts, verdicts, materials, plans.
 *
 * Types and constant tables only. No logic, no I/O, no clock; every other folder may import this one and this
 * one imports nothing.
 *
 * @module
 */
export * from "./reasons.ts";
export * from "./facts.ts";
export * from "./key_material.ts";
export * from "./material.ts";
export * from "./verdict.ts";
export * from "./plan.ts";
export * from "./sds_view.ts";
export * from "./log.ts";
export * from "./hooks.ts";
export * from "./hook_tls.ts";
export * from "./rotation.ts";
export * from "./objects.ts";
export * from "./gate.ts";
export * from "./status.ts";
export * from "./dependents.ts";
export * from "./issuance.ts";
export * from "./sds.ts";
export * from "./mutations.ts";
export * from "./policy_objects.ts";
export * from "./policy_steps.ts";
export * from "./policy_status.ts";
