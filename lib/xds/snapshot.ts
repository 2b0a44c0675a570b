import { type ClusterView, readCluster } from "./_cluster.ts";
import { type ClusterDetails, readClusterDetails } from "./_cluster_details.ts";
import { readClusterPipe } from "./_cluster_pipe.ts";
import { type HttpManagerView, readHttpManagers } from "./_http_manager.ts";
import { type ListenerView, readListener } from "./_listener.ts";
import { type ListenerDoor, readListenerDoor } from "./_listener_door.ts";
import { readRouteConfig, type RouteConfigView } from "./_route_config.ts";
import { readSecret, type SecretView } from "./_secret.ts";
import { Span } from "./_span.ts";
import { WireReader } from "./_wire.ts";
import type { ListName } from "../model/mod.ts";

/** Request field of each list (`PostTranslateModifyRequest`); in the response each is one lower. */
const LISTS: readonly (ListName | null)[] = [null, null, "clusters", "secrets", "listeners", "routes"];

/** One resource where it stands in the request. */
export class Entry extends Span {
  /** Places a value; the span is the value itself. */
  constructor(
    /** Which list it is in. */
    readonly list: ListName,
    /** Position in its list. */
    readonly index: number,
    /** Where its tag begins. */
    readonly tagAt: number,
    { bytes, from, to }: { readonly bytes: Uint8Array; readonly from: number; readonly to: number },
  ) {
    super(bytes, from, to);
  }
}

/**
 * A `PostTranslateModifyRequest` that is looked into only where somebody asks.
 *
 * Nothing is copied: every byte array that it hands out is a part of the request.
 */
export class Snapshot {
  /** The request itself. */
  readonly bytes: Uint8Array;
  /** Every resource in the order of the request. */
  readonly entries: readonly Entry[];
  /** The `post_translate_context` message; empty if there is none. */
  readonly context: Uint8Array;
  /** False if the request breaks off or is no message at all; `entries` then has what stood before. */
  readonly intact: boolean;
  /** Where all that belongs into an answer begins, if nothing else stands between; else -1. See `applyPlan`. */
  readonly answerFrom: number;
  readonly #lists: Record<ListName, Entry[]> = { clusters: [], secrets: [], listeners: [], routes: [] };
  #clusters: readonly ClusterView[] | null = null;
  #secrets: readonly SecretView[] | null = null;
  #listeners: readonly ListenerView[] | null = null;
  #routeConfigs: readonly RouteConfigView[] | null = null;
  #httpManagers: readonly HttpManagerView[] | null = null;

  /** Finds the resources. @param request The serialized message; kept by reference. */
  constructor(request: Uint8Array) {
    this.bytes = Buffer.isBuffer(request)
      ? request
      : Buffer.from(request.buffer, request.byteOffset, request.byteLength);
    const entries: Entry[] = [];
    let context: Uint8Array = new Uint8Array(0);
    let answerFrom = 0;
    const walk = new WireReader(this.bytes);
    while (walk.next()) {
      const list = walk.wire === 2 ? LISTS[walk.field] ?? null : null;
      if (list === null) {
        if (walk.field === 1 && walk.wire === 2) context = this.bytes.subarray(walk.from, walk.to);
        answerFrom = entries.length === 0 && answerFrom >= 0 ? walk.to : -1;
        continue;
      }
      if (this.bytes[walk.tagAt] !== walk.field * 8 + 2) answerFrom = -1;
      const entry = new Entry(list, this.#lists[list].length, walk.tagAt, walk);
      this.#lists[list].push(entry);
      entries.push(entry);
    }
    this.entries = entries;
    this.context = context;
    this.intact = !walk.malformed;
    this.answerFrom = walk.malformed ? -1 : answerFrom;
  }

  /** How many resources a list has. */
  count(list: ListName): number {
    return this.#lists[list].length;
  }

  /** The serialized resources of a list, in order, not copied. */
  resources(list: ListName): Uint8Array[] {
    return this.#lists[list].map((entry) => entry.view());
  }

  /** Every secret, read at the first call. */
  get secrets(): readonly SecretView[] {
    return this.#secrets ??= this.#lists.secrets.map((entry) => readSecret(entry, entry.index));
  }

  /** Every listener, read at the first call. */
  get listeners(): readonly ListenerView[] {
    return this.#listeners ??= this.#lists.listeners.map((entry) => readListener(entry, entry.index));
  }

  /** Where a listener listens; read at each call. */
  listenerDoor(index: number): ListenerDoor {
    return readListenerDoor(this.#lists.listeners[index]);
  }

  /** Every cluster, read at the first call. */
  get clusters(): readonly ClusterView[] {
    return this.#clusters ??= this.#lists.clusters.map((entry) => readCluster(entry, entry.index));
  }

  /** Path of the Unix socket that a cluster leads to; `null` where it leads elsewhere. Read at each call. */
  clusterPipe(index: number): string | null {
    return readClusterPipe(this.#lists.clusters[index]);
  }

  /** What policies may have written into a cluster; read at each call. */
  clusterDetails(index: number): ClusterDetails {
    return readClusterDetails(this.#lists.clusters[index]);
  }

  /** Every route configuration, read at the first call, and no deeper than to its virtual hosts. */
  get routeConfigs(): readonly RouteConfigView[] {
    return this.#routeConfigs ??= this.#lists.routes.map((entry) => readRouteConfig(entry, entry.index));
  }

  /** Every HTTP connection manager in the order of the listeners and their chains, read at the first call. */
  get httpManagers(): readonly HttpManagerView[] {
    return this.#httpManagers ??= this.listeners.flatMap(({ index, name }) =>
      readHttpManagers(this.#lists.listeners[index], { listener: index, listenerName: name })
    );
  }

  /** Resources hold private keys: their number is all that prints. */
  toJSON(): unknown {
    const lists = Object.entries(this.#lists).map(([list, entries]) => [list, entries.length]);
    return { bytes: this.bytes.length, ...Object.fromEntries(lists) };
  }

  /** What `console.log` prints in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Snapshot(${JSON.stringify(this)})`;
  }

  /** What `util.inspect` prints. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `Snapshot(${JSON.stringify(this)})`;
  }
}

/**
 * Reads a snapshot as Envoy Gateway sends it.
 *
 * Never throws: what does not read is reported in `intact` and in the `malformed` of the views, and can only go out
 * as it came.
 *
 * @param request Serialized `envoygateway.extension.PostTranslateModifyRequest`; kept by reference.
 */
export function readSnapshot(request: Uint8Array): Snapshot {
  return new Snapshot(request);
}
