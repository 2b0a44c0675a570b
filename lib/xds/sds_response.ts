import { field, join, textField } from "./_encode.ts";
import { SECRET_TYPE_URL } from "./sds_service.ts";

/** One secret of a response. */
export interface SecretOfResponse {
  readonly name: string;
  readonly version: string;
  /** As {@linkcode encodeSecret} writes it. */
  readonly bytes: Uint8Array;
}

const DISCOVERY_TYPE = textField(4, SECRET_TYPE_URL);

/**
 * A `DiscoveryResponse` without its nonce, so that one can be shared by thousands of streams. `version` is that of the
 * response as a whole.
 */
export function encodeResponse(version: string, secrets: readonly Uint8Array[]): Uint8Array {
  return join([textField(1, version), ...secrets.map((bytes) => field(2, bytes)), DISCOVERY_TYPE]);
}

/** A `DeltaDiscoveryResponse` with one secret, without its nonce. */
export function encodeDeltaResponse({ name, version, bytes }: SecretOfResponse): Uint8Array {
  const resource = field(2, textField(1, version), field(2, bytes), textField(3, name));
  return join([textField(1, version), resource, DISCOVERY_TYPE]);
}

/** A `DeltaDiscoveryResponse` that says of a name that there is nothing, without its nonce. */
export function encodeRemoval(name: string): Uint8Array {
  return join([DISCOVERY_TYPE, textField(6, name)]);
}

/** A response of either kind with its nonce. */
export function withNonce(response: Uint8Array, nonce: string): Uint8Array {
  return join([response, textField(5, nonce)]);
}
