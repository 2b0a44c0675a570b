import { verdictOf } from "../health/mod.ts";
import type { Finding, Material, TrustVerdict, Verdict } from "../model/mod.ts";
import { isThrowaway } from "../xds/mod.ts";
import { Delivered } from "./_delivered.ts";
import type { PruneOptions, VerdictOf } from "./prune_options.ts";

/** The verdict of what cannot be looked into. */
const LEAVE: Verdict = verdictOf("leave", "not_judged");

/** What is known about one secret or inline material. */
export interface Judged {
  readonly verdict: Verdict;
  /** PEM text that a loadable bundle is better replaced by; else `null`. */
  readonly filtered: Uint8Array | null;
  /** What certgate's own server is asked for in its place; left out for what stays. */
  readonly asked?: string;
  /** Whether the real pair goes out in its place. */
  readonly filled?: boolean;
}

/** Where a material stands, and what its owner says of dates. */
export interface JudgedPlace {
  /** SDS name; `null` for inline material. */
  readonly name: string | null;
  readonly allowExpired: boolean;
  /** Whether the CA is all that its validation context says. Default false. */
  readonly bare?: boolean;
}

/** Asks for verdicts, and keeps what a whole plan has to say about them. */
export class Judgement {
  readonly #findings: Finding[] = [];
  readonly delivered: Delivered;
  #edge = Infinity;

  constructor(readonly verdictOf: VerdictOf, readonly options: PruneOptions) {
    this.delivered = new Delivered(options.sds ?? null);
  }

  /** What a person should know. */
  get findings(): readonly Finding[] {
    return [...this.#findings, ...this.delivered.findings];
  }

  /** The earliest moment at which one of the verdicts changes by itself. */
  get edge(): number | null {
    return this.#edge === Infinity ? null : this.#edge;
  }

  /**
   * - Only `withhold` speaks against a material, and never against a throwaway of our own.
   * - What stands in for something that certgate delivers is judged by whether it does; see {@linkcode Delivered}.
   * - A name of `neverGate`, and a bundle whose owner allows expired members, is left where only the dates are wrong.
   */
  judge(material: Material, { name, allowExpired, bare = false }: JudgedPlace): Judged {
    if (material.kind === "opaque") return { verdict: LEAVE, filtered: null };
    const delivered = this.delivered.judge(material, { name, bare });
    if (delivered !== null) return delivered;
    const verdict: Verdict & Partial<TrustVerdict> = this.verdictOf(material);
    if (verdict.edge !== null && verdict.edge < this.#edge) this.#edge = verdict.edge;
    if (verdict.action !== "withhold") {
      const filtered = verdict.action === "serve" && !allowExpired ? verdict.filtered ?? null : null;
      return { verdict, filtered };
    }
    if (isThrowaway(material, this.options.throwaways)) return { verdict: LEAVE, filtered: null };
    if (isAboutDates(verdict) && name !== null && this.options.neverGate?.has(name)) {
      this.#findings.push({ kind: "platform_unusable", secret: name, verdict });
      return { verdict: { ...verdict, action: "leave" }, filtered: null };
    }
    if (isAboutDates(verdict) && allowExpired) {
      return { verdict: { ...verdict, action: "leave" }, filtered: null };
    }
    return { verdict, filtered: null };
  }
}

/** Whether only the dates speak against it: Envoy loads such material, it is withheld as policy. */
export function isAboutDates({ reason }: Verdict): boolean {
  return reason === "Expired" || reason === "NotYetValid";
}

/** Whether Envoy refuses it, and with it the whole update that it stands in. The issuer's placeholder does load. */
export function isRefused(verdict: Verdict): boolean {
  return verdict.action === "withhold" && !isAboutDates(verdict) && verdict.reason !== "Pending";
}
