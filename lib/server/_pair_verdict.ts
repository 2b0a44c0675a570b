import { judge } from "../health/mod.ts";
import type { JudgeOptions, TrustVerdict } from "../model/mod.ts";
import type { LearntPair } from "./learnt.ts";

/**
 * The verdict of a pair at a time. There are thousands of looks a call, nearly all with the answer of the call before:
 * a verdict stands until its edge, or until something new is learnt about the pair.
 *
 * @param now Milliseconds since the epoch.
 */
export function pairVerdict(learnt: LearntPair, now: number, options: JudgeOptions): TrustVerdict {
  const { known, latest } = learnt;
  if (latest && latest.of === known && latest.at <= now && now < (latest.verdict.edge ?? Infinity)) {
    return latest.verdict;
  }
  const verdict = { ...judge(known.summary, now, options), validity: known.summary, filtered: null };
  learnt.latest = { verdict, at: now, of: known };
  return verdict;
}
