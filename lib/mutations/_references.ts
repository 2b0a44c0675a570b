import type { ThrowawayKind } from "../model/mod.ts";
import type { Reference, Snapshot, TlsView } from "../xds/mod.ts";
import type { ListenerFate } from "./_plan_listener.ts";

/** Names that the answer still refers to. */
export interface References {
  readonly names: ReadonlySet<string>;
  /** Of the clusters alone, with what they need. */
  readonly upstream: ReadonlyMap<string, { readonly as: ThrowawayKind; readonly cluster: string }>;
}

/** Collects the names that kept chains and clusters ask of the snapshot's own server. */
export function remainingReferences(snapshot: Snapshot, fates: readonly ListenerFate[]): References {
  const names = new Set<string>();
  const upstream = new Map<string, { as: ThrowawayKind; cluster: string }>();
  for (const { kept } of fates) {
    for (const { chain, lostReferences } of kept) {
      if (chain.socket.kind !== "tls") continue;
      for (const { reference, certificate } of referencesOf(chain.socket.tls)) {
        if (certificate === null || !lostReferences.has(certificate)) names.add(reference.name);
      }
    }
  }
  for (const cluster of snapshot.clusters) {
    for (const { socket } of cluster.contexts) {
      if (socket.kind !== "tls") continue;
      for (const { reference, certificate } of referencesOf(socket.tls)) {
        names.add(reference.name);
        const as = certificate === null ? "trust" : "pair";
        if (!upstream.has(reference.name)) upstream.set(reference.name, { as, cluster: cluster.name });
      }
    }
  }
  return { names, upstream };
}

/** Every name of a TLS context that is asked of the snapshot's own server; certificates with their index. */
export function* referencesOf(
  tls: TlsView,
): Iterable<{ readonly reference: Reference; readonly certificate: number | null }> {
  for (let index = 0; index < tls.certificates.length; index++) {
    if (tls.certificates[index].ads) yield { reference: tls.certificates[index], certificate: index };
  }
  if (tls.trustReference?.ads) yield { reference: tls.trustReference, certificate: null };
  if (tls.tickets?.ads) yield { reference: tls.tickets, certificate: null };
}
