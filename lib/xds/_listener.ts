import type { ChainPlace } from "../model/mod.ts";
import { readSocket, type SocketView } from "./_socket.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** One filter chain of a listener. */
export class ChainView {
  /** Puts together what was read. */
  constructor(
    /** Where it stands in its listener. */
    readonly place: ChainPlace,
    /** What its transport socket is. */
    readonly socket: SocketView,
    /** Its name as bytes; `null` if it has none. */
    readonly nameSpan: Span | null,
    /** Its filter chain match as it came; `null` if there is none. */
    readonly match: Span | null,
    /** The transport socket as it came; `null` if there is none. */
    readonly socketSpan: Span | null,
  ) {}

  /** Its name; empty if it has none. */
  get name(): string {
    return this.nameSpan?.text() ?? "";
  }

  /** Server names of the filter chain match, as they are written; empty where the chain takes every name. */
  get serverNames(): readonly string[] {
    const names: string[] = [];
    const walk = this.match?.walk();
    while (walk?.next()) if (walk.field === 11 && walk.wire === 2) names.push(valueOf(walk).text());
    return names;
  }
}

/** One listener of a snapshot. */
export interface ListenerView {
  /** Position in the request. */
  readonly index: number;
  /** Its xDS name. */
  readonly name: string;
  /** Those of `filter_chains` in order, then the default filter chain where there is one. */
  readonly chains: readonly ChainView[];
  /** Whether chains are chosen by `filter_chain_matcher`, which names them, and not by their own match. */
  readonly hasMatcher: boolean;
  /** True if the listener, or anything in one of its chains that matters here, does not read. */
  readonly malformed: boolean;
}

/** Reads an `envoy.config.listener.v3.Listener`. */
export function readListener(span: Span, index: number): ListenerView {
  let name: Span | null = null;
  let byDefault: Span | null = null;
  let hasMatcher = false;
  let malformed = false;
  const chains: ChainView[] = [];
  const add = (chain: ChainView | null) => {
    if (chain === null) malformed = true;
    else {
      chains.push(chain);
      if (chain.socket.kind === "malformed") malformed = true;
    }
  };
  const walk = span.walk();
  let place = 0;
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 3) add(readChain(valueOf(walk), place++));
    else if (walk.field === 1) name = valueOf(walk);
    else if (walk.field === 25) byDefault = merge(byDefault, walk);
    else if (walk.field === 32) hasMatcher = true;
  }
  if (byDefault !== null) add(readChain(byDefault, "default"));
  return { index, name: name?.text() ?? "", chains, hasMatcher, malformed: malformed || walk.malformed };
}

const NO_SOCKET: SocketView = { kind: "other" };

function readChain(span: Span, place: ChainPlace): ChainView | null {
  let match: Span | null = null;
  let name: Span | null = null;
  let socket: Span | null = null;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) match = merge(match, walk);
    else if (walk.field === 6) socket = merge(socket, walk);
    else if (walk.field === 7) name = valueOf(walk);
  }
  if (walk.malformed) return null;
  return new ChainView(place, socket === null ? NO_SOCKET : readSocket(socket), name, match, socket);
}
