import type { TrustFacts, TrustVerdict } from "../model/mod.ts";
import type { KnownVerdict } from "../outputs/mod.ts";

/** What was learnt about a pair. Every material of one content shares it. */
export interface LearntPair {
  readonly kind: "pair";
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  known: KnownVerdict;
  /** The latest verdict, which stands until its edge. */
  latest?: { readonly verdict: TrustVerdict; readonly at: number; readonly of: KnownVerdict };
}

/** What was learnt about a trust bundle. */
export interface LearntTrust {
  readonly kind: "trust";
  readonly hash: string;
  facts: TrustFacts;
  /** The Envoy build that confirmed it; empty where the rules stood alone. */
  confirmedBy: string;
}

/** What was learnt about a material. */
export type Learnt = LearntPair | LearntTrust | { readonly kind: "opaque" };
