/** Verdicts without certificates: the text of a certificate is a word, and the word is the verdict. */
import { KeyMaterial, type Material, type TrustVerdict, type Verdict } from "../../lib/model/mod.ts";
import type { Throwaways } from "../../lib/xds/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

export const throwaways: Throwaways = {
  pair: { certificate: bytes("THROWAWAY PAIR"), key: new KeyMaterial(bytes("THROWAWAY KEY")) },
  trust: bytes("THROWAWAY CA"),
};

const SERVE: Verdict = { action: "serve", reason: "Usable", cause: "usable", detail: "", edge: null };

const WORDS: Readonly<Record<string, Verdict>> = {
  good: SERVE,
  /** Good until a moment that the plan has to tell. */
  ending: { ...SERVE, edge: 1_800_000_000_000 },
  refused: { ...SERVE, action: "withhold", reason: "Unsupported", cause: "rsa_too_small" },
  expired: { ...SERVE, action: "withhold", reason: "Expired", cause: "expired" },
  early: {
    ...SERVE,
    action: "withhold",
    reason: "NotYetValid",
    cause: "not_yet_valid",
    edge: 1_900_000_000_000,
  },
  temporary: { ...SERVE, action: "withhold", reason: "Pending", cause: "temporary" },
  unknown: { ...SERVE, action: "leave", reason: "NotJudged", cause: "not_judged" },
};

/** The words that snapshots are generated from. */
export const ALL_WORDS = Object.keys(WORDS);

/**
 * The verdict of a pair or bundle by the first word of its text. A bundle `mixed` loads and is better as `good`. A
 * throwaway is refused, so that a plan which does not know it again shows.
 */
export function verdictOfWord(material: Material): Verdict | TrustVerdict {
  if (material.kind === "opaque") throw new Error("Cannot judge opaque material: nobody should ask");
  const text = material.kind === "pair" ? material.pair.certificate : material.bundle;
  const word = new TextDecoder().decode(text ?? undefined).split(" ")[0];
  if (word === "mixed") return { ...SERVE, filtered: bytes("good") };
  return WORDS[word] ?? WORDS.refused;
}
