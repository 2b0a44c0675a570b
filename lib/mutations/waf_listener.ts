import type { HttpManagerView } from "../xds/mod.ts";
import { managerPlace, managerTarget } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Job, Run } from "./_run.ts";

/**
 * Puts the Coraza filter into HTTP connection managers.
 *
 * - First among the HTTP filters and switched off; a route under a policy switches it on for itself.
 * - Only where routes come by RDS; a manager that has its routes inline, or scoped ones, is left as it is.
 * - In every chain, the default one too, and in every manager of a chain.
 * - Not where there is no HTTP filter at all: such a manager serves no route, and Envoy refuses this filter as the last.
 * - Never twice: a manager that has a filter of that name, wherever it stands, is left as it is.
 * - A manager that does not read is reported as `malformed` and goes out as it came; the others go on.
 */
export function planWafListeners(run: Run): void {
  if (run.context.settings.waf === null) return;
  for (const manager of run.context.snapshot.httpManagers) run.attempt(manager, INSERT);
}

/** Whether the mutation changes a manager. */
export function lacksWafFilter(manager: HttpManagerView, { settings: { waf } }: PolicyContext): boolean {
  return waf !== null && !manager.malformed && manager.routes.kind === "rds" &&
    manager.httpFilters.length > 0 && !manager.httpFilters.includes(waf.filterName);
}

const INSERT: Job<HttpManagerView> = {
  target: managerTarget,
  plan(manager, run) {
    if (manager.malformed) return run.skip(managerTarget(manager), "the HTTP connection manager");
    if (!lacksWafFilter(manager, run.context)) return;
    run.add({ kind: "insert_waf_filter", ...managerPlace(manager), waf: run.context.settings.waf! });
  },
};
