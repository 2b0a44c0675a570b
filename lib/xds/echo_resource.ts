import { WireReader } from "./_wire.ts";

/**
 * The answer of a hook that changes nothing. In all five small hooks the resource is field 1 of the request and of the
 * response, and the context is field 2 of the request alone.
 *
 * @param request A serialized `Post…ModifyRequest` with one resource.
 * @returns A serialized response with the same resource, byte for byte; empty if the request has none.
 * @throws RangeError if the request is no message.
 */
export function echoResource(request: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  const walk = new WireReader(request);
  while (walk.next()) if (walk.field === 1) kept.push(request.subarray(walk.tagAt, walk.to));
  if (walk.malformed) {
    throw new RangeError("Cannot read the resource: the message breaks off or is no message");
  }
  return kept.length === 1 ? kept[0] : Buffer.concat(kept);
}
