import type { KnownVerdict } from "../outputs/mod.ts";
import type { Confirmer } from "./confirmer.ts";
import type { Faults } from "./faults.ts";

/** To see what becomes of a pair that slips through: a bad one is taken for good where a fault says so. */
export function spoiled(
  judged: KnownVerdict,
  { faults, confirmer }: { readonly faults?: Faults; readonly confirmer: Confirmer | null },
): KnownVerdict {
  if (judged.summary.problem === null || faults?.take("verdict=pair") !== "garbage") return judged;
  return { summary: { ...judged.summary, problem: null }, confirmedBy: confirmer?.build ?? "" };
}
