import { type Hook, HOOKS, POLICY_MUTATIONS, type PolicyMutation } from "../model/mod.ts";

/** What an injected fault does: an exception, no answer at all, or steps that make no sense. */
export const FAULT_KINDS = ["throw", "hang", "garbage"] as const;

/** One of {@linkcode FAULT_KINDS}. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Where a fault is put in. */
export type FaultPlace = `mutation=${PolicyMutation}` | `hook=${Hook}` | "verdict=pair";

interface Fault {
  readonly kind: FaultKind;
  /** How often it still happens. */
  left: number;
}

const FORM = /^((?:mutation|hook|verdict)=\w+):(throw|hang|garbage)(?:@([1-9]\d{0,5}))?$/;
const PLACES: ReadonlySet<string> = new Set([
  ...POLICY_MUTATIONS.map((name) => `mutation=${name}`),
  ...HOOKS.map((name) => `hook=${name}`),
  "verdict=pair",
]);

/** Faults that are put in on purpose, to see what becomes of them. */
export class Faults {
  readonly #faults: ReadonlyMap<string, Fault>;

  private constructor(faults: ReadonlyMap<string, Fault>) {
    this.#faults = faults;
  }

  /**
   * Reads faults as `certgate run --fault` takes them: `mutation=NAME:throw|hang|garbage`, `hook=NAME:throw|hang`, and
   * `verdict=pair:garbage` for a new pair that is taken for usable although it is not; with `@N` behind it for the first N
   * times only.
   *
   * @returns the faults, or what is wrong in words.
   */
  static parse(texts: readonly string[]): Faults | { readonly problem: string } {
    const faults = new Map<string, Fault>();
    for (const text of texts) {
      const [, place, kind, times] = FORM.exec(text) ?? [];
      if (place === undefined) return { problem: `"${text}" is not of the form PLACE:KIND or PLACE:KIND@N` };
      if (!PLACES.has(place)) return { problem: `"${text}": there is no ${place.replace("=", " ")}` };
      if (kind === "garbage" && place.startsWith("hook=")) {
        return { problem: `"${text}": a hook has no garbage` };
      }
      if (kind !== "garbage" && place.startsWith("verdict=")) {
        return { problem: `"${text}": a verdict can only be garbage` };
      }
      faults.set(place, { kind: kind as FaultKind, left: times === undefined ? Infinity : Number(times) });
    }
    return new Faults(faults);
  }

  /** What has to go wrong here now; counts it. */
  take(place: FaultPlace): FaultKind | null {
    const fault = this.#faults.get(place);
    if (fault === undefined || fault.left === 0) return null;
    fault.left--;
    return fault.kind;
  }
}
