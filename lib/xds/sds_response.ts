import { Header, join, lengthOf, type Piece, textField } from "./_encode.ts";
import { SECRET_TYPE_URL } from "./sds_service.ts";

/** One secret of a response. */
export interface SecretOfResponse {
  /** As it was asked for. */
  readonly name: string;
  /** Another one for every content. */
  readonly version: string;
  /** As {@linkcode encodeSecret} writes it. */
  readonly bytes: Uint8Array;
}

const TYPE = textField(4, SECRET_TYPE_URL);

/**
 * A `DiscoveryResponse`.
 *
 * @param version Of the response as a whole.
 * @param secrets As {@linkcode encodeSecret} writes them; copied once.
 */
export function encodeResponse(version: string, secrets: readonly Uint8Array[], nonce: string): Uint8Array {
  const resources = secrets.flatMap((bytes) => nested(2, [bytes]));
  return join([textField(1, version), ...resources, TYPE, textField(5, nonce)]);
}

/** A `DeltaDiscoveryResponse` with one secret, whose bytes are copied once. */
export function encodeDeltaResponse({ name, version, bytes }: SecretOfResponse, nonce: string): Uint8Array {
  const resource = [textField(1, version), ...nested(2, [bytes]), textField(3, name)];
  return join([textField(1, version), ...nested(2, resource), TYPE, textField(5, nonce)]);
}

/** A `DeltaDiscoveryResponse` that says of a name that there is nothing. */
export function encodeRemoval(name: string, nonce: string): Uint8Array {
  return join([TYPE, textField(6, name), textField(5, nonce)]);
}

function nested(number: number, value: readonly Piece[]): Piece[] {
  return [new Header(number, lengthOf(value)), ...value];
}
