import type { PairBytes } from "../model/mod.ts";
import { any, field, textField } from "./_encode.ts";
import { SECRET_TYPE } from "./sds_service.ts";

/** What a secret holds: a pair that is shown, or the authorities that the other side is checked with. */
export type SecretContent =
  | { readonly kind: "pair"; readonly pair: PairBytes }
  /** `bundle` is PEM text. */
  | { readonly kind: "trust"; readonly bundle: Uint8Array };

/**
 * Writes an `envoy.extensions.transport_sockets.tls.v3.Secret` with everything inline.
 *
 * The same content gives the same bytes. They have the key in them: nobody may print them.
 *
 * @param name The name that Envoy asks for.
 * @returns the secret, inside a serialized `google.protobuf.Any`.
 */
export function encodeSecret(name: string, content: SecretContent): Uint8Array {
  const value = content.kind === "pair"
    ? field(2, ...pairFields(content.pair))
    : field(4, field(1, field(2, content.bundle)));
  return any(SECRET_TYPE, textField(1, name), value);
}

/** Fields of a `TlsCertificate`; each is a `DataSource` with the bytes in itself. */
function pairFields({ certificate, key, staple }: PairBytes): Uint8Array[] {
  const parts = [[1, certificate], [2, key?.open() ?? null], [4, staple ?? null]] as const;
  return parts.flatMap(([number, bytes]) => bytes === null ? [] : [field(number, field(2, bytes))]);
}

/**
 * A secret that every Envoy refuses, whatever it wants to use the name for: its certificate chain has no source, which the field rules of the
 * API forbid. Measured with 1.36 to 1.40: the refusal ends the wait of a listener at once, and what Envoy holds stays.
 * A Secret of the wrong kind would not do: Envoy takes a certificate under the name of a bundle, and then checks no client.
 */
export function encodeRefusal(name: string): Uint8Array {
  return any(SECRET_TYPE, textField(1, name), field(2, field(1)));
}
