import type { Intent } from "../issuers/mod.ts";
import { judge as judgeDates } from "../health/mod.ts";
import type { Cause, KeyMaterial, PairBytes, Verdict } from "../model/mod.ts";
import { explainProblem, readFacts } from "../pki/mod.ts";
import { uncoveredNames } from "./uncovered_names.ts";

/** What an answer is worth. */
export type AnswerCheck =
  | { readonly kind: "good" }
  /** It is no usable pair, in plain words. */
  | { readonly kind: "bad"; readonly why: string }
  /** It may become one, or could not be judged: it is looked at again at a time, milliseconds since the epoch. */
  | { readonly kind: "later"; readonly at: number; readonly why: string };

/** What the last word is asked of: everything that the program knows about pairs, the host's Envoy included. */
export type PairJudge = (pair: PairBytes) => Promise<Verdict>;

/** The clocks of issuers are ahead by less than this. */
const SKEW = 3_600_000;
/** A judge that cannot be asked is asked again after this. */
const AGAIN = 10_000;

/**
 * Checks what an issuer answered before anything is replaced by it: that Envoy loads it, that it goes with the key, that
 * it has every name that was asked for, and that it is valid now.
 *
 * @param answer The chain as the issuer gave it and the key of the request.
 * @param intent What was asked for.
 */
export async function checkAnswer(
  answer: { readonly chain: Uint8Array; readonly key: KeyMaterial },
  intent: Intent,
  { now, judge }: { readonly now: number; readonly judge: PairJudge },
): Promise<AnswerCheck> {
  const pair = { certificate: answer.chain, key: answer.key };
  const facts = readFacts(pair);
  if (facts.problem !== null) return bad(facts.problem.cause, facts.problem.detail);
  const missing = uncoveredNames(facts.certificates[0].names, intent);
  if (missing.length > 0) {
    return {
      kind: "bad",
      why: `the certificate is not for ${missing.map((name) => `"${name}"`).join(", ")}`,
    };
  }
  const dates = judgeDates(facts, now);
  if (dates.cause === "not_yet_valid" && dates.edge !== null && dates.edge <= now + SKEW) {
    return { kind: "later", at: dates.edge, why: "the certificate is not valid yet" };
  }
  if (dates.action === "withhold") return bad(dates.cause, dates.detail);
  try {
    const verdict = await judge(pair);
    return verdict.action === "withhold" ? bad(verdict.cause, verdict.detail) : { kind: "good" };
  } catch (error) {
    return { kind: "later", at: now + AGAIN, why: `it cannot be judged: ${(error as Error).message}` };
  }
}

function bad(cause: Cause, detail: string): AnswerCheck {
  return { kind: "bad", why: `Cannot use the answer: ${explainProblem({ cause, detail })}` };
}
