import type { HttpManagerView } from "../xds/mod.ts";
import { managerPlace, managerTarget } from "./_places.ts";
import type { PolicyContext } from "./policy_context.ts";
import type { Job, Run } from "./_run.ts";

/**
 * Gives HTTP connection managers the operator's page for answers that Envoy makes itself.
 *
 * - Only where routes come by RDS, in every chain, the default one too.
 * - A manager that has a local reply of its own, whatever it says, keeps it; so nothing is set twice.
 * - A manager that does not read is reported as `malformed` and goes out as it came; the others go on.
 */
export function planLocalReplies(run: Run): void {
  if (run.context.settings.localReply === null) return;
  for (const manager of run.context.snapshot.httpManagers) run.attempt(manager, SET);
}

/** Whether the mutation changes a manager. */
export function lacksLocalReply(manager: HttpManagerView, { settings }: PolicyContext): boolean {
  return settings.localReply !== null && !manager.malformed && manager.routes.kind === "rds" &&
    !manager.hasLocalReply;
}

const SET: Job<HttpManagerView> = {
  target: managerTarget,
  plan(manager, run) {
    if (manager.malformed) return run.skip(managerTarget(manager), "the HTTP connection manager");
    if (!lacksLocalReply(manager, run.context)) return;
    run.add({ kind: "set_local_reply", ...managerPlace(manager), reply: run.context.settings.localReply! });
  },
};
