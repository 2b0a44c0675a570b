import type { Snapshot } from "../xds/mod.ts";

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
    const places = [
      ...listeners.flatMap(({ chains }) => chains),
      ...clusters.flatMap(({ contexts }) => contexts),
    ];
    this.#sockets = places.flatMap(({ socket, socketSpan }) =>
      socket.kind === "other" && socketSpan !== null ? [socketSpan.view()] : []
    );
  }

  /** Whether a name may be referred to; rather yes than no. */
  mayHold(name: string): boolean {
    if (this.#everywhere) return true;
    const bytes = Buffer.from(name);
    return this.#sockets.some((socket) => Buffer.from(socket).includes(bytes));
  }
}
