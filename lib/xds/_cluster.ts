import type { InlinePlace } from "../model/mod.ts";
import { readField, readSocket, type SocketView } from "./_socket.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** One transport socket of a cluster. */
export interface ContextView {
  /** Where it stands in its cluster. */
  readonly place: InlinePlace["context"];
  /** What it is. */
  readonly socket: SocketView;
  /** The transport socket as it came. */
  readonly socketSpan: Span;
}

/** One cluster of a snapshot. */
export interface ClusterView {
  /** Position in the request. */
  readonly index: number;
  /** Its xDS name. */
  readonly name: string;
  /** `transport_socket`, then those of `transport_socket_matches` in order. */
  readonly contexts: readonly ContextView[];
  /** True if the cluster, or one of its transport sockets, does not read. */
  readonly malformed: boolean;
}

/** Reads an `envoy.config.cluster.v3.Cluster`. */
export function readCluster(span: Span, index: number): ClusterView {
  let name: Span | null = null;
  let socket: Span | null = null;
  let malformed = false;
  const contexts: ContextView[] = [];
  const add = (place: ContextView["place"], socketSpan: Span) => {
    const view = readSocket(socketSpan);
    contexts.push({ place, socket: view, socketSpan });
    if (view.kind === "malformed") malformed = true;
  };
  let match = 0;
  const walk = span.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) name = valueOf(walk);
    else if (walk.field === 24) socket = merge(socket, walk);
    else if (walk.field === 43) {
      // TransportSocketMatch keeps its socket in field 3.
      const found = readField(valueOf(walk), 3);
      if (found === null) malformed = true;
      else add(match, found);
      match++;
    }
  }
  if (socket !== null) add("socket", socket);
  return { index, name: name?.text() ?? "", contexts, malformed: malformed || walk.malformed };
}
