import { DEPENDENT_OUTCOMES } from "../model/mod.ts";
import type { MetricFamily } from "./metric_families.ts";

/** Those who have to be restarted to read a new authority; one series for each that is configured. */
export const DEPENDENT_FAMILIES = {
  certgate_dependent_restarts_total: {
    type: "counter",
    help: `Instances of a dependent by what became of them after a rotation: ${
      DEPENDENT_OUTCOMES.join(", ")
    }`,
    labels: { name: [], outcome: [] },
  },
  certgate_dependent_restart_failed: {
    type: "gauge",
    help:
      "1 while a dependent is not, or not wholly, restarted for the authority in place; it is tried again",
    labels: { name: [] },
  },
  certgate_dependent_stale: {
    type: "gauge",
    help: "1 while a dependent with a probe refuses a certificate of the authority in place",
    labels: { name: [] },
  },
  certgate_dependent_probe_failed: {
    type: "gauge",
    help: "1 while a dependent with a probe cannot be asked whom it trusts",
    labels: { name: [] },
  },
} as const satisfies Record<string, MetricFamily>;
