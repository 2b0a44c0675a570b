import type { Reference, Snapshot, TlsView } from "../xds/mod.ts";
import type { ListenerFate } from "./_plan_listener.ts";

/** One mention of a name that is asked of the snapshot's own server. */
export interface Mention {
  readonly reference: Reference;
  /** Index among the certificates of its TLS context; `null` for CAs and ticket keys. */
  readonly certificate: number | null;
}

const NONE: readonly Mention[] = [];

/** Every name of a TLS context that is asked of the snapshot's own server. */
export function mentionsOf(tls: TlsView): readonly Mention[] {
  const { certificates, trustReference, tickets } = tls;
  if (certificates.length === 0 && trustReference === null && tickets === null) return NONE;
  const mentions: Mention[] = certificates.map((reference, certificate) => ({ reference, certificate }));
  if (trustReference !== null) mentions.push({ reference: trustReference, certificate: null });
  if (tickets !== null) mentions.push({ reference: tickets, certificate: null });
  return mentions.filter(({ reference }) => reference.ads);
}

/** What a cluster mentions, by name; of several clusters the first. */
export interface Upstream extends Mention {
  readonly cluster: string;
}

/** Names that clusters ask of the snapshot's own server. */
export function upstreamMentions({ clusters }: Snapshot): ReadonlyMap<string, Upstream> {
  const found = new Map<string, Upstream>();
  for (const { name: cluster, contexts } of clusters) {
    for (const { socket } of contexts) {
      if (socket.kind !== "tls") continue;
      for (const mention of mentionsOf(socket.tls)) {
        if (!found.has(mention.reference.name)) found.set(mention.reference.name, { ...mention, cluster });
      }
    }
  }
  return found;
}

/** Names that the chains which stay ask of the snapshot's own server. */
export function downstreamNames(
  { listeners }: Snapshot,
  fates: readonly ListenerFate[],
): ReadonlySet<string> {
  const names = new Set<string>();
  listeners.forEach(({ chains }, index) => {
    chains.forEach(({ socket }, place) => {
      const fate = fates[index].chains?.[place];
      if (socket.kind !== "tls" || fate?.kind === "drop") return;
      const lost = fate?.lost.filter(({ from }) => from === "sds").map(({ certificate }) => certificate);
      for (const { reference, certificate } of mentionsOf(socket.tls)) {
        if (certificate === null || !lost?.includes(certificate)) names.add(reference.name);
      }
    });
  });
  return names;
}
