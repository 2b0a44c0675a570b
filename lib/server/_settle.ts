import { applyAnswer, type EnvoyAnswer } from "../health/mod.ts";
import type { Log, Summary } from "../model/mod.ts";
import type { Metrics } from "../outputs/mod.ts";

/** Envoy's answer wins; a disagreement is told, because it means that a rule is missing. */
export function settle(
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
  { hash, rules, answer }: {
    /** Of the material. */
    readonly hash: string;
    readonly rules: Summary;
    readonly answer: EnvoyAnswer;
  },
): Summary {
  metrics.add("certgate_verdicts_total", { by: "envoy" });
  const { summary, overruled } = applyAnswer(rules, answer);
  if (!overruled) return summary;
  metrics.add("certgate_verdict_overruled_total", { envoy: answer.accepted ? "accepted" : "refused" });
  log.warn("envoy and the rules disagree, the answer of envoy is taken", {
    material: hash.slice(0, 16),
    rules: rules.problem ? `${rules.problem.cause}: ${rules.problem.detail}` : "usable",
    envoy: answer.accepted ? "accepted" : answer.message,
  });
  return summary;
}
