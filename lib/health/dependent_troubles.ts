import type { DependentStatus } from "../model/mod.ts";
import type { Trouble } from "./_troubles.ts";

/**
 * What a person should know of those who have to be restarted for a new authority: who is not, who refuses it, and who will be
 * away for a moment. Nothing of who is restarted and has several instances.
 *
 * @param statuses Of the agent; not there where nobody is named.
 */
export function listDependentTroubles(statuses: readonly DependentStatus[] = []): Trouble[] {
  return statuses.flatMap(({ name, single, state, retryAt, instances, probe }) => {
    const trouble = (level: Trouble["level"], message: string, hint = "") =>
      ({ about: "dependent", level, subject: name, message, hint }) as const;
    const left = instances.filter(({ outcome }) =>
      outcome === "failed" || outcome === "unhealthy" || outcome === "held"
    );
    return [
      ...(probe?.state === "stale"
        ? [trouble("failed", "It refuses the authority in place", "restart it")]
        : []),
      ...(probe?.state === "unreachable"
        ? [trouble("attention", `Its probe has failed: ${probe.message}`)]
        : []),
      ...(state === "failed" ? left : []).map(({ instance, message }) =>
        trouble(
          "failed",
          `${instance} is not restarted for the new authority: ${message}`,
          retryAt === null ? "" : `it is tried again at ${retryAt}`,
        )
      ),
      ...(state === "pending" ? [trouble("attention", "It is being restarted")] : []),
      ...(single
        ? [
          trouble(
            "attention",
            "It has a single instance, so a rotation makes a short gap",
            "name a second one",
          ),
        ]
        : []),
    ];
  });
}
