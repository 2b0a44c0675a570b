import type { SdsView, Step } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import type { ChainView, ListenerView, Reference, Snapshot, TlsView } from "../xds/mod.ts";
import type { ListenerFate } from "./_plan_listener.ts";
import { overlap } from "./_overlap.ts";
import type { SecretTable } from "./_secret_table.ts";

/** What the steps are made from. */
export interface ProtocolContext {
  readonly secrets: SecretTable;
  readonly fates: readonly ListenerFate[];
  readonly sds: SdsView | null;
  /** Clusters of Envoy Gateway that lead to certgate's own server. */
  readonly own: ReadonlySet<string>;
}

/** One chain of a port, with the names of its certificates; `null` where they are not known. */
interface PortChain {
  readonly listener: ListenerView;
  readonly chain: ChainView;
  readonly names: readonly string[] | null;
}

const LOWERED = "http/1.1";
const RESTORED: readonly string[] = ["h2", LOWERED];

/**
 * Gives HTTP/2 back to chains that Envoy Gateway has lowered to HTTP/1.1 because it does not see the names of a certificate
 * that is delivered by SDS: a browser would use a connection to one name for another one of the same certificate.
 *
 * - Only where the port has a certificate by a Secret of Envoy Gateway's own kind that leads to certgate: for a placeholder
 *   it looks at the names itself, and is right.
 * - Only where the names of every certificate of the port are known, and none of the chain's is another's as well.
 * - What the owner has lowered looks the same, and cannot be told apart.
 *
 * @returns steps by index of the listener.
 */
export function planProtocols(
  snapshot: Snapshot,
  context: ProtocolContext,
): ReadonlyMap<number, readonly Step[]> {
  const steps = new Map<number, Step[]>();
  if (context.own.size === 0) return steps;
  for (const chains of byPort(snapshot, context).values()) {
    if (!chains.some(({ chain }) => isByOwnKind(chain, context.own))) continue;
    if (chains.some(({ names }) => names === null)) continue;
    for (const one of chains) {
      const { listener, chain } = one;
      if (!isLowered(chain)) continue;
      if (chains.some((other) => other !== one && overlap(one.names!, other.names!))) continue;
      const place = {
        listener: listener.index,
        listenerName: listener.name,
        chain: chain.place,
        chainName: chain.name,
      };
      const own = steps.get(listener.index) ?? [];
      own.push({ kind: "set_alpn", ...place, protocols: RESTORED, blame: [] });
      steps.set(listener.index, own);
    }
  }
  return steps;
}

function byPort(snapshot: Snapshot, context: ProtocolContext): Map<number, PortChain[]> {
  const ports = new Map<number, PortChain[]>();
  for (const listener of snapshot.listeners) {
    if (listener.malformed) continue;
    const { port } = snapshot.listenerDoor(listener.index);
    if (port === null) continue;
    const own = ports.get(port) ?? [];
    listener.chains.forEach((chain, index) => {
      if (chain.socket.kind !== "tls" || chain.socket.quic) return;
      if (context.fates[listener.index].chains?.[index].kind === "drop") return;
      own.push({ listener, chain, names: namesOf(chain.socket.tls, context) });
    });
    ports.set(port, own);
  }
  return ports;
}

function isLowered({ socket }: ChainView): boolean {
  return socket.kind === "tls" && socket.tls.alpn.length === 1 && socket.tls.alpn[0] === LOWERED;
}

function isByOwnKind({ socket }: ChainView, own: ReadonlySet<string>): boolean {
  return socket.kind === "tls" &&
    socket.tls.certificates.some(({ cluster }) => cluster !== undefined && own.has(cluster));
}

function namesOf(
  { certificates, inlineCertificates }: TlsView,
  context: ProtocolContext,
): readonly string[] | null {
  if (inlineCertificates.length > 0) return null;
  const names: string[] = [];
  for (const reference of certificates) {
    const own = namesOfReference(reference, context);
    if (own === null) return null;
    names.push(...own);
  }
  return names;
}

function namesOfReference(reference: Reference, { secrets, sds }: ProtocolContext): readonly string[] | null {
  const asked = secrets.asked(reference, "certificate");
  if (asked !== null) return sds?.namesOf(asked) ?? null;
  const material = reference.ads ? secrets.named(reference.name).at(-1)?.view.material : undefined;
  if (material?.kind !== "pair") return null;
  return readFacts(material.pair).certificates[0]?.names ?? null;
}
