import type { Material, Problem, Summary } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import type { LearntPair, LearntTrust } from "./learnt.ts";

/** Materials of one content, asked about once. */
export type Questions<M, L> = Map<string, { readonly material: M; readonly waiting: L[] }>;
/** A material that is a pair. */
export type PairMaterial = Extract<Material, { kind: "pair" }>;
/** A material that is a trust bundle. */
export type TrustMaterial = Extract<Material, { kind: "trust" }>;

/** What verdicts are made of, read from the bytes. */
export function summarise(material: PairMaterial): Summary {
  const { problem, notBefore, notAfter, temporary } = material.summary ?? readFacts(material.pair);
  return { problem, notBefore, notAfter, temporary };
}

/** What the rules say. Another build of Envoy is no rule: where one has answered, the rules are asked again. */
export function rulesOn({ material, waiting }: { material: PairMaterial; waiting: LearntPair[] }): Summary {
  const { summary, confirmedBy } = waiting[0].known;
  return confirmedBy === "" ? summary : summarise(material);
}

/** Envoy's words about a bundle; an answer names causes of pairs. */
export function asTrustProblem(problem: Problem | null): Problem | null {
  return problem && { cause: "trust_unreadable", detail: problem.detail };
}

/** Puts a material among the questions; one of equal content waits for the same answer. */
export function ask<M, L extends LearntPair | LearntTrust>(
  questions: Questions<M, L>,
  learnt: L,
  material: M,
): void {
  const question = questions.get(learnt.hash);
  if (question) question.waiting.push(learnt);
  else questions.set(learnt.hash, { material, waiting: [learnt] });
}
