import { verdictOf } from "../health/mod.ts";
import type { Finding, Material, SdsView } from "../model/mod.ts";
import type { PlaceholderBundle } from "../pki/mod.ts";
import type { Judged } from "./_judgement.ts";
import { standInBundle, standsForPair } from "./stand_in.ts";

/** What every bundle is called that Envoy asks certgate for; what several are put together from is joined by `+`. */
export const TRUST = "trust/";

/** Where a material stands. */
export interface MaterialPlace {
  /** SDS name; `null` for inline material. */
  readonly name: string | null;
  /** Whether the CA is all that its validation context says. */
  readonly bare: boolean;
}

const SERVED = verdictOf("serve", "usable");

/**
 * Judges what only stands in for something that Envoy asks certgate for.
 *
 * - A pair that certgate has, and a bundle that is nothing but placeholders, are asked for.
 * - A bundle that cannot be asked for, because the secret says more or there is more in it, gets the real ones in place.
 * - While the server is nowhere, the real ones go out in place of all that it has.
 * - Everything else is withheld as what it is: nothing. That includes all of it while there is no server.
 */
export class Delivered {
  readonly findings: Finding[] = [];

  constructor(readonly sds: SdsView | null) {}

  /** @returns `null` for what stands in for nothing. */
  judge(material: Material, place: MaterialPlace): Judged | null {
    if (standsForPair(material)) return this.#judgePair(place.name);
    const bundle = standInBundle(material);
    return bundle === null ? null : this.#judgeBundle(bundle, place);
  }

  #judgePair(name: string | null): Judged {
    if (name !== null && this.has(name, "certificate")) {
      return { verdict: SERVED, filtered: null, asked: name };
    }
    if (name !== null && this.sds?.cluster === null && this.sds.pairOf?.(name)) {
      return { verdict: SERVED, filtered: null, filled: true };
    }
    const detail = "Envoy Gateway has a placeholder, and certgate has no usable pair for it";
    return nothing("pair_missing", detail);
  }

  #judgeBundle(bundle: PlaceholderBundle, { name, bare }: MaterialPlace): Judged {
    const { names, pure } = bundle;
    const real = bundle.splice((one) => this.sds?.bundle(one) ?? null);
    if (real === null) {
      const detail = `Envoy Gateway has a placeholder, and certgate lacks a bundle of ${names.join(", ")}`;
      return nothing("trust_unreadable", detail);
    }
    if (name !== null && pure && bare && this.sds?.cluster !== null) {
      return { verdict: SERVED, filtered: null, asked: TRUST + names.join("+") };
    }
    const detail = this.sds?.cluster === null
      ? "the SDS server is not there"
      : pure
      ? "more is checked than the authorities"
      : "there are other authorities in it";
    this.findings.push({ kind: "bundle_in_place", secret: name ?? "inline CA", bundles: names, detail });
    return { verdict: SERVED, filtered: real };
  }

  /** Whether a name stands for a placeholder that nobody can see, and the server has what it stands for. */
  isDirect(name: string): boolean {
    return this.sds?.isDirect?.(name) === true && this.has(name, "certificate");
  }

  /** Whether the server has what a reference asks for. */
  has(name: string, wanted: "certificate" | "validation"): boolean {
    const { sds } = this;
    if (sds === null || sds.cluster === null) return false;
    if (wanted === "certificate") return sds.has(name) === "served";
    if (!isBundleName(name)) return false;
    return name.slice(TRUST.length).split("+").every((one) => sds.bundle(one) !== null);
  }
}

/**
 * Whether a name is one of bundles: `trust/` and, for each, namespace and name. Those of pairs have one slash and never
 * meet them. That matters: Envoy takes a pair for a validation context that checks nothing.
 */
export function isBundleName(name: string): boolean {
  return name.startsWith(TRUST) &&
    name.slice(TRUST.length).split("+").every((one) => /^[^/]+\/[^/]+$/.test(one));
}

function nothing(cause: "pair_missing" | "trust_unreadable", detail: string): Judged {
  return { verdict: verdictOf("withhold", cause, detail), filtered: null };
}
