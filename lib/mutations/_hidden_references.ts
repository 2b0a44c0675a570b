import type { ChainView, Snapshot } from "../xds/mod.ts";

/**
 * References that cannot be seen: in a list that is missing, in a resource that does not read, in a transport socket of
 * a type that certgate does not know.
 */
export class HiddenReferences {
  readonly #everywhere: boolean;
  readonly #sockets: readonly Uint8Array[];

  constructor(snapshot: Snapshot) {
    const { listeners, clusters } = snapshot;
    this.#everywhere = listeners.length === 0 || clusters.length === 0 ||
      listeners.some(({ malformed }) => malformed) || clusters.some(({ malformed }) => malformed);
    const sockets: Uint8Array[] = [];
    const look = ({ socket, socketSpan }: Pick<ChainView, "socket" | "socketSpan">) => {
      if (socket.kind === "other" && socketSpan !== null) sockets.push(socketSpan.view());
    };
    listeners.forEach(({ chains }) => chains.forEach(look));
    clusters.forEach(({ contexts }) => contexts.forEach(look));
    this.#sockets = sockets;
  }

  /** Whether a name may be referred to; rather yes than no. */
  mayHold(name: string): boolean {
    if (this.#everywhere) return true;
    const bytes = Buffer.from(name);
    return this.#sockets.some((socket) => Buffer.from(socket).includes(bytes));
  }
}
