import type { Intent } from "../issuers/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { checkAnswer, type PairJudge } from "./check_answer.ts";
import type { FaultPoint } from "./fault_point.ts";
import { type IssuedPair, storedFacts } from "./issued_pair.ts";
import { succeeded } from "./pair_record.ts";
import { storedGeneration, storePair } from "./store.ts";

/** What storing an answer needs of its surroundings. */
export interface StoreAnswerParts {
  readonly output: string;
  readonly now: () => number;
  readonly at: FaultPoint;
  readonly judge: PairJudge;
}

/** What became of an answer. */
export type StoredAnswer =
  | { readonly kind: "stored" }
  | { readonly kind: "bad"; readonly why: string }
  | { readonly kind: "later"; readonly at: number; readonly why: string }
  | { readonly kind: "unwritten"; readonly why: string };

/** Checks the answer in the record of a pair and, if it is good, puts it in the place of the pair before. */
export async function storeAnswer(
  pair: IssuedPair & { readonly intent: Intent },
  { output, now, at, judge }: StoreAnswerParts,
): Promise<StoredAnswer> {
  const { intent, digest } = pair;
  const asking = pair.record.asking!;
  const [chain, key] = [asking.answer!.chain, asking.key].map((text) => new TextEncoder().encode(text));
  const ca = asking.answer!.ca === null ? null : new TextEncoder().encode(asking.answer!.ca);
  const material = new KeyMaterial(key);
  const checked = await checkAnswer({ chain, key: material }, intent, { now: now(), judge });
  if (checked.kind === "bad") return checked;
  if (checked.kind === "later") {
    return { ...checked, why: `What was issued is not stored yet: ${checked.why}` };
  }
  const time = now();
  const stored = { chain, key: material, ca, origin: { digest, issuedAt: time } };
  try {
    await storePair(output, intent, { pair: stored, now: time, at });
  } catch (error) {
    const why = `What was issued cannot be stored, that is tried again: ${(error as Error).message}`;
    return { kind: "unwritten", why };
  }
  pair.stored = storedFacts(pair.key, stored, await storedGeneration(output, intent));
  pair.record = succeeded({ ...pair.record, digest }, time);
  return { kind: "stored" };
}
