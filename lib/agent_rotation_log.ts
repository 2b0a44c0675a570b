import type { Log } from "./model/mod.ts";
import type { RotationProgress } from "./rotation/mod.ts";
import type { RotationAttempt, RotationEnd } from "./agent_rotation_run.ts";

/** Says that an attempt begins. */
export function logBegin(log: Log, { kind, mode, config: { rotation } }: RotationAttempt): void {
  const sentence = kind === "finish"
    ? "going on with a rotation of the control plane"
    : "a rotation of the control plane begins";
  log.info(sentence, { mode, config_home: rotation.configHome });
}

/** Says how far it has come. */
export function logProgress(log: Log, progress: RotationProgress): void {
  if (progress.kind === "waiting") return;
  const { kind, phase } = { phase: "dependents", ...progress };
  if (kind !== "unconverged") {
    return log.info("the rotation of the control plane has come further", { phase, step: kind });
  }
  log.warn("somebody has not taken the certificates of the control plane in time, the rotation goes on", {
    phase,
  });
}

/**
 * Says how it ended.
 *
 * @param tries Attempts that failed in a row.
 * @param wait Milliseconds until the next attempt.
 */
export function logEnd(
  log: Log,
  mode: RotationAttempt["mode"],
  end: RotationEnd,
  { tries, wait }: { readonly tries: number; readonly wait: number },
): void {
  const again = { again_in: wait / 1000 };
  if (end.outcome === "overtaken") return;
  const { outcome, message, hint, fingerprint, warnings } = end;
  if (outcome === "failed" || outcome === "refused") {
    log.error("the rotation of the control plane has failed", { message, hint, tries, ...again });
  } else if (outcome === "busy") log.info("another certgate is rotating the control plane", again);
  else if (outcome === "interrupted") log.info("the rotation of the control plane goes on at the next start");
  else if (outcome !== "present") {
    log.info("the control plane has new certificates", { mode, fingerprint, warnings });
  }
}
