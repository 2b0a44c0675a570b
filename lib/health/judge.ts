import { type Cause, CAUSES, type JudgeOptions, type Summary, type Verdict } from "../model/mod.ts";

/** A verdict with the reason that belongs to its cause. */
export function verdictOf(
  action: Verdict["action"],
  cause: Cause,
  detail = "",
  edge: number | null = null,
): Verdict {
  return { action, reason: CAUSES[cause].reason, cause, detail, edge };
}

/**
 * Judges a pair at a time.
 *
 * - What Envoy refuses is withheld, whatever the dates are.
 * - cert-manager's temporary certificate is withheld as pending.
 * - Expired from `notAfter - margin` on. RFC 5280 counts `notAfter` itself as the last valid second; the backstop, Go and
 *   the metrics count it as the first expired one, and being early by a second harms nobody.
 * - Not yet valid until `notBefore`, which is the first valid moment.
 * - With `onExpired: "serve"` an expired pair is served, its reason still says `Expired`.
 *
 * @param summary What the bytes of the pair say.
 * @param now Milliseconds since the epoch.
 */
export function judge(summary: Summary, now: number, options: JudgeOptions = {}): Verdict {
  const { margin = 0, onExpired = "withhold" } = options;
  const { problem, notBefore, notAfter, temporary } = summary;
  if (problem !== null) return verdictOf("withhold", problem.cause, problem.detail);
  if (temporary) return verdictOf("withhold", "temporary");
  const end = notAfter - margin;
  if (now >= end && onExpired === "withhold") return verdictOf("withhold", "expired");
  if (now < notBefore) {
    // A certificate that ends before it begins never becomes valid, but it does become expired.
    const next = onExpired === "withhold" ? Math.min(notBefore, end) : notBefore;
    return verdictOf("withhold", "not_yet_valid", "", finite(next));
  }
  if (now >= end) return verdictOf("serve", "expired");
  return verdictOf("serve", "usable", "", finite(end));
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
