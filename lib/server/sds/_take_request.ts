import {
  readDeltaRequest,
  readSdsRequest,
  type SdsDeltaRequest,
  type SdsNode,
  type SdsRequest,
  SECRET_TYPE_URL,
} from "../../xds/mod.ts";
import type { SdsStream } from "./_stream.ts";

/** Names that one stream may ask for: far more than the secrets of any host. */
const MOST_NAMES = 16_384;
/** Characters of a name: several bundles of the longest names that Kubernetes has, in one. */
const LONGEST_NAME = 4096;

/** What is wrong with a request, so that its stream ends. */
export interface BadRequest {
  readonly code: "INVALID_ARGUMENT" | "RESOURCE_EXHAUSTED";
  readonly message: string;
}

/** What a request may tell besides what it asks for. */
export interface Listener {
  /** Of the first request of a stream. */
  joined(stream: SdsStream, node: SdsNode): void;
  /** A client asks for everything there is, and gets nothing. */
  wildcard(stream: SdsStream): void;
}

const NOBODY: SdsNode = { id: "", cluster: "" };

/** Takes a request of StreamSecrets. Versions, nonces and names are those of xDS "state of the world". */
export function takeStreamRequest(
  stream: SdsStream,
  bytes: Uint8Array,
  listener: Listener,
): BadRequest | null {
  const request = readSdsRequest(bytes);
  const bad = check(request) ?? checkNames(request!.names);
  if (bad !== null) return bad;
  const { names, nonce, version, error } = request!;
  const first = begin(stream, request!, listener);
  if (first && isWildcard(names)) listener.wildcard(stream);
  // What was written before the last response arrived: what follows it says the same again.
  if (!first && nonce !== stream.nonce) return null;
  if (!first && nonce !== "") stream.answer(nonce, error);
  const wanted = new Set(names.filter((name) => name !== "*"));
  for (const name of [...stream.names()]) if (!wanted.has(name)) stream.unsubscribe(name);
  const asked = new Set(stream.names());
  // After a reconnect a version says what the client holds. It is a digest with the name in it, so that it fits one name only.
  for (const name of wanted) if (!asked.has(name)) stream.subscribe(name, first ? version : "");
  return full(stream) ?? pumped(stream);
}

/** Takes a request of DeltaSecrets. */
export function takeDeltaRequest(
  stream: SdsStream,
  bytes: Uint8Array,
  listener: Listener,
): BadRequest | null {
  const request = readDeltaRequest(bytes);
  const bad = check(request) ?? checkNames(request!.subscribe);
  if (bad !== null) return bad;
  const { subscribe, unsubscribe, held, nonce, error } = request!;
  const first = begin(stream, request!, listener);
  if (first ? isWildcard(subscribe) : subscribe.includes("*")) listener.wildcard(stream);
  if (nonce !== "") stream.answer(nonce, error);
  for (const name of unsubscribe) stream.unsubscribe(name);
  for (const name of new Set(subscribe)) {
    // Whoever asks once more wants it once more, whatever was sent before.
    if (name !== "*") stream.subscribe(name, first ? held.get(name) ?? "" : "");
  }
  return full(stream) ?? pumped(stream);
}

const isWildcard = (names: readonly string[]) => names.length === 0 || names.includes("*");

/** Whether this is the first request of its stream. */
function begin(stream: SdsStream, request: SdsRequest | SdsDeltaRequest, listener: Listener): boolean {
  if (stream.node !== null) return false;
  stream.node = request.node ?? NOBODY;
  listener.joined(stream, stream.node);
  return true;
}

/** The type is implied by the service, so that it may be missing. */
export function check(request: { readonly typeUrl: string } | null): BadRequest | null {
  if (request === null) {
    return { code: "INVALID_ARGUMENT", message: "Cannot read the request: it is no such message" };
  }
  const { typeUrl } = request;
  if (typeUrl === "" || typeUrl === SECRET_TYPE_URL) return null;
  const message = `Cannot serve resources of another type than "${SECRET_TYPE_URL}"`;
  return { code: "INVALID_ARGUMENT", message };
}

/** Names are remembered, and told of. */
export function checkNames(names: readonly string[]): BadRequest | null {
  if (names.every(({ length }) => length <= LONGEST_NAME)) return null;
  return {
    code: "INVALID_ARGUMENT",
    message: `Cannot serve a name of more than ${LONGEST_NAME} characters`,
  };
}

function full(stream: SdsStream): BadRequest | null {
  if (stream.size <= MOST_NAMES) return null;
  return {
    code: "RESOURCE_EXHAUSTED",
    message: `Cannot serve more than ${MOST_NAMES} names on one stream`,
  };
}

function pumped(stream: SdsStream): null {
  stream.pump();
  return null;
}
