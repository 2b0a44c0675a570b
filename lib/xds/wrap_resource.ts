import type { Hook } from "../model/mod.ts";
import { echoResource } from "./echo_resource.ts";
import { field } from "./_encode.ts";
import { spanOf, valueOf } from "./_span.ts";
import { WireReader } from "./_wire.ts";

/** The way from the resource of a small hook to a list of a whole snapshot: numbers of the fields, outermost first. */
const WAYS: Readonly<Record<Hook, readonly number[] | null>> = {
  PostRouteModify: [5, 2, 3],
  PostVirtualHostModify: [5, 2],
  PostHTTPListenerModify: [4],
  PostClusterModify: [2],
  PostEndpointsModify: null,
  PostTranslateModify: null,
};

/**
 * Makes a snapshot of the one resource of a small hook, so that the same views, mutations and plans do for all hooks:
 * a route stands in a virtual host without a name in a route configuration without a name, and so on.
 *
 * @param request A serialized `Post…ModifyRequest` with one resource.
 * @returns a serialized `PostTranslateModifyRequest`; `null` if there is no resource, or no list for its kind.
 * @throws RangeError if the request is no message.
 */
export function wrapResource(hook: Hook, request: Uint8Array): Uint8Array | null {
  const way = WAYS[hook];
  const resource = onlyField(echoResource(request), 1);
  if (way === null || resource === null) return null;
  return way.reduceRight((value, number) => field(number, value), resource);
}

/**
 * Takes the resource out of the answer to a snapshot that {@linkcode wrapResource} made.
 *
 * @param answer A serialized `PostTranslateModifyResponse`.
 * @returns a serialized response of the hook; empty if the answer has the resource no more.
 */
export function unwrapAnswer(hook: Hook, answer: Uint8Array): Uint8Array {
  const way = WAYS[hook];
  if (way === null) throw new TypeError(`Cannot unwrap the answer of ${hook}: it is not wrapped`);
  let value: Uint8Array | null = answer;
  // In an answer the number of a list is one lower.
  way.forEach((number, depth) => value = value && onlyField(value, depth === 0 ? number - 1 : number));
  return value === null ? new Uint8Array(0) : field(1, value);
}

/** The value of a message field, its parts put together: merging messages is reading one after the other. */
function onlyField(message: Uint8Array, number: number): Uint8Array | null {
  const parts: Uint8Array[] = [];
  const walk = new WireReader(message);
  while (walk.next()) if (walk.field === number && walk.wire === 2) parts.push(valueOf(walk).view());
  return parts.length === 0 ? null : spanOf(parts).view();
}
