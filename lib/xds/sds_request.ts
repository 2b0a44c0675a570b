import { type Span, spanOf, valueOf } from "./_span.ts";

/** Who asks. */
export interface SdsNode {
  /** Its name, of its own choice. */
  readonly id: string;
  /** What it belongs to. */
  readonly cluster: string;
}

/** A `DiscoveryRequest`, as far as it is read. */
export interface SdsRequest {
  /** `null` where the request has none; only the first of a stream has to. */
  readonly node: SdsNode | null;
  /** What is asked for; may be empty. */
  readonly typeUrl: string;
  /** Version of what was accepted last; empty if there is nothing. */
  readonly version: string;
  /** Everything that is asked for now. */
  readonly names: readonly string[];
  /** Of the response that is answered; empty in the first request. */
  readonly nonce: string;
  /** Why that response was refused, in the client's words; `null` if it was not. */
  readonly error: string | null;
}

/** A `DeltaDiscoveryRequest`, as far as it is read. */
export interface SdsDeltaRequest extends Omit<SdsRequest, "version" | "names"> {
  /** What is asked for from now on. */
  readonly subscribe: readonly string[];
  /** What is asked for no more. */
  readonly unsubscribe: readonly string[];
  /** What the client holds from an earlier stream: version by name. */
  readonly held: ReadonlyMap<string, string>;
}

/** Reads a `DiscoveryRequest`. @returns `null` if it does not read. */
export function readSdsRequest(bytes: Uint8Array): SdsRequest | null {
  const found = {
    node: null as SdsNode | null,
    typeUrl: "",
    version: "",
    nonce: "",
    error: null as string | null,
  };
  const names: string[] = [];
  const walk = spanOf([bytes]).walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) found.version = valueOf(walk).text();
    else if (walk.field === 2) found.node = readNode(valueOf(walk));
    else if (walk.field === 3) names.push(valueOf(walk).text());
    else if (walk.field === 4) found.typeUrl = valueOf(walk).text();
    else if (walk.field === 5) found.nonce = valueOf(walk).text();
    else if (walk.field === 6) found.error = textOf(valueOf(walk), 2);
  }
  return walk.malformed ? null : { ...found, names };
}

/** Reads a `DeltaDiscoveryRequest`. @returns `null` if it does not read. */
export function readDeltaRequest(bytes: Uint8Array): SdsDeltaRequest | null {
  const found = { node: null as SdsNode | null, typeUrl: "", nonce: "", error: null as string | null };
  const subscribe: string[] = [];
  const unsubscribe: string[] = [];
  const held = new Map<string, string>();
  const walk = spanOf([bytes]).walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    const value = valueOf(walk);
    if (walk.field === 1) found.node = readNode(value);
    else if (walk.field === 2) found.typeUrl = value.text();
    else if (walk.field === 3) subscribe.push(value.text());
    else if (walk.field === 4) unsubscribe.push(value.text());
    else if (walk.field === 5) held.set(textOf(value, 1), textOf(value, 2));
    else if (walk.field === 6) found.nonce = value.text();
    else if (walk.field === 7) found.error = textOf(value, 2);
  }
  return walk.malformed ? null : { ...found, subscribe, unsubscribe, held };
}

/** Envoy lists all its extensions in a Node, which nobody here reads. */
function readNode(span: Span): SdsNode {
  return { id: textOf(span, 1), cluster: textOf(span, 2) };
}

/** The last word of a text field; empty if it is not there. */
function textOf(span: Span, number: number): string {
  let text = "";
  const walk = span.walk();
  while (walk.next()) if (walk.field === number && walk.wire === 2) text = valueOf(walk).text();
  return text;
}
