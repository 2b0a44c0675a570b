import type { JudgeOptions, TrustFacts, Verdict } from "../model/mod.ts";
import { verdictOf } from "./judge.ts";

/**
 * Judges a bundle of trusted issuers at a time.
 *
 * - A bundle that Envoy does not load is withheld.
 * - Expired members are left out, because Envoy would otherwise offer them to clients and reject what they signed;
 *   members that are not valid yet stay, since nothing but time makes them valid.
 * - A bundle of expired members only is withheld, since an empty one would trust everybody.
 *
 * @param facts What the bytes of the bundle say.
 * @param now Milliseconds since the epoch.
 * @returns `keep` are the indices of the members that stay: all of them where nothing is left out, or where the bundle
 * is withheld anyway. The edge of the verdict is the next moment at which `keep` or the verdict changes.
 */
export function judgeTrust(
  facts: TrustFacts,
  now: number,
  options: JudgeOptions = {},
): { verdict: Verdict; keep: number[] } {
  const { margin = 0, onExpired = "withhold" } = options;
  const all = facts.members.map((_, index) => index);
  if (facts.problem !== null) {
    return { verdict: verdictOf("withhold", facts.problem.cause, facts.problem.detail), keep: all };
  }
  const ends = facts.members.map(({ facts: member }) => member.notAfter - margin);
  const keep = onExpired === "serve" ? all : all.filter((index) => now < ends[index]);
  if (keep.length === 0) return { verdict: verdictOf("withhold", "expired"), keep: all };
  const next = onExpired === "serve" ? Infinity : Math.min(...keep.map((index) => ends[index]));
  return { verdict: verdictOf("serve", "usable", "", Number.isFinite(next) ? next : null), keep };
}
