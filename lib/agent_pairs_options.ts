import type { ChooseOptions } from "./health/mod.ts";
import { readFacts } from "./pki/mod.ts";
import type { Config } from "./resources/mod.ts";

/** What stands in for a pair that is out of sight. */
export const NOTHING = {
  pair: { certificate: null, key: null },
  facts: readFacts({ certificate: null, key: null }),
  hint: "see that the volume is mounted; the last good pair is held until it ends",
  hash: "",
};

/** How pairs are chosen that go out. */
export function chooseOptions({ gate }: Config): ChooseOptions {
  return {
    // Envoy Gateway leaves out a pair with any certificate outside its dates, and says so to nobody: then another
    // listener would answer in its place.
    onExpired: "withhold",
    chainDates: "withhold",
    margin: gate.expiryMargin,
    hold: gate.holdLastGood,
    expiresSoon: typeof gate.expiresSoon === "number"
      ? gate.expiresSoon
      : Number(gate.expiresSoon.slice(0, -1)) * 86_400_000,
  } as const;
}
