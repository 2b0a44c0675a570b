import type { Reference, Snapshot, TlsView } from "../xds/mod.ts";
import type { ListenerFate } from "./_plan_listener.ts";
import type { SecretTable } from "./_secret_table.ts";

/** One mention of a name that is asked of the snapshot's own server. */
export interface Mention {
  readonly reference: Reference;
  /** Index among the certificates of its TLS context; `null` for CAs and ticket keys. */
  readonly certificate: number | null;
}

/** Visits every name of a TLS context that is asked of the snapshot's own server. */
export function eachMention(tls: TlsView, visit: (mention: Mention) => void): void {
  const { certificates, trustReference, tickets } = tls;
  for (let certificate = 0; certificate < certificates.length; certificate++) {
    if (certificates[certificate].ads) visit({ reference: certificates[certificate], certificate });
  }
  if (trustReference?.ads) visit({ reference: trustReference, certificate: null });
  if (tickets?.ads) visit({ reference: tickets, certificate: null });
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
      eachMention(socket.tls, (mention) => {
        if (!found.has(mention.reference.name)) found.set(mention.reference.name, { ...mention, cluster });
      });
    }
  }
  return found;
}

/** Names that clusters ask of the snapshot's own server although it is to be certgate's: as what they are not. */
export function keptUpstream({ clusters }: Snapshot, secrets: SecretTable): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { contexts } of clusters) {
    for (const { socket } of contexts) {
      if (socket.kind !== "tls") continue;
      eachMention(socket.tls, ({ reference, certificate }) => {
        const wanted = certificate === null ? "validation" : "certificate";
        if (secrets.asked(reference, wanted) === null) names.add(reference.name);
      });
    }
  }
  return names;
}

/** Names that the chains which stay ask of the snapshot's own server. */
export function downstreamNames(
  { listeners }: Snapshot,
  fates: readonly ListenerFate[],
): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = 0; index < listeners.length; index++) {
    const { chains } = listeners[index];
    for (let place = 0; place < chains.length; place++) {
      const { socket } = chains[place];
      const fate = fates[index].chains?.[place];
      if (socket.kind !== "tls" || fate?.kind === "drop") continue;
      eachMention(socket.tls, ({ reference, certificate }) => {
        const lost = fate?.lost.some((one) => one.from === "sds" && one.certificate === certificate);
        if (!lost) names.add(reference.name);
      });
    }
  }
  return names;
}
