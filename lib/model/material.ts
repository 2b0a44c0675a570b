import type { PairBytes, Summary } from "./facts.ts";

/**
 * Something in a snapshot that Envoy will try to load: a pair, a trust bundle, or what certgate cannot look into.
 *
 * `identity` is the bytes that decide the verdict (they are hashed, never shown); two materials with equal identity
 * get the same verdict.
 */
export type Material =
  | {
    readonly kind: "pair";
    readonly pair: PairBytes;
    readonly identity: Uint8Array;
    /** What the rules say of it, where somebody has read it already. */
    readonly summary?: Summary;
  }
  | { readonly kind: "trust"; readonly bundle: Uint8Array; readonly identity: Uint8Array }
  | { readonly kind: "opaque"; readonly identity: Uint8Array };
