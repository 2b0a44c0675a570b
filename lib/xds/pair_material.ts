import type { Material, PairBytes, Summary } from "../model/mod.ts";
import { field, join } from "./_encode.ts";

/**
 * A pair from a file as the material that it becomes in a snapshot: its identity is the
 * `envoy.extensions.transport_sockets.tls.v3.TlsCertificate` that Envoy Gateway makes of its Secret, so that what was
 * learnt about one is known of the other.
 *
 * @param pair The members; an absent one is left out of the message.
 * @param summary What the rules say of it, where that is known.
 */
export function pairMaterial(pair: PairBytes, summary?: Summary): Extract<Material, { kind: "pair" }> {
  const parts = [
    [1, pair.certificate],
    [2, pair.key?.open() ?? null],
    [4, pair.staple ?? null],
  ] as const;
  const identity = join(
    parts.flatMap(([number, bytes]) => bytes === null ? [] : [field(number, field(2, bytes))]),
  );
  // The identity has the key in it, so nobody may enumerate it.
  return Object.defineProperty({ kind: "pair" as const, pair, summary }, "identity", {
    value: identity,
  }) as never;
}
