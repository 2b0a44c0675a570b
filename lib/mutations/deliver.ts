import { SDS_CLUSTER, type SdsView, type Step } from "../model/mod.ts";
import type { ChainView, ClusterView, ListenerView, Snapshot, TlsView } from "../xds/mod.ts";
import type { ChainFate } from "./_plan_chain.ts";
import type { ListenerFate } from "./_plan_listener.ts";
import type { SecretTable } from "./_secret_table.ts";

/** What is asked of certgate's own server. */
export interface DeliverySteps {
  /** At clusters; the cluster that leads to the server is the last of them. */
  readonly clusters: readonly Step[];
  /** At listeners, by their index; nothing at most of them. */
  readonly listeners: ReadonlyMap<number, readonly Step[]>;
}

/** What the steps are made from. */
export interface DeliveryContext {
  readonly secrets: SecretTable;
  readonly fates: readonly ListenerFate[];
  readonly sds: SdsView | null;
}

const NOTHING: DeliverySteps = { clusters: [], listeners: new Map() };

/**
 * Plans which references ask certgate's own server, so that a certificate that it has is an update of its own and
 * nothing that Envoy Gateway takes part in.
 *
 * - A reference asks it where Envoy Gateway has a placeholder, and certgate what it stands for. It is by the content
 *   of the secret that this is known: a snapshot that still has the real pair is left as it is.
 * - A reference of Envoy Gateway's own kind that leads to certgate asks it through the cluster of certgate, which has
 *   room for all of them.
 * - Nothing is asked for a chain that goes. Resources that do not read are left alone.
 * - Planning the answer again gives no step: what asks already is not asked of the snapshot's own server.
 */
export function planDelivery(snapshot: Snapshot, { secrets, fates, sds }: DeliveryContext): DeliverySteps {
  if (sds === null || sds.cluster === null) return NOTHING;
  const clusters = snapshot.clusters.flatMap((cluster) => clusterSteps(cluster, secrets));
  const listeners = new Map<number, readonly Step[]>();
  for (const listener of snapshot.listeners) {
    const steps = listenerSteps(listener, fates[listener.index], secrets);
    if (steps.length > 0) listeners.set(listener.index, steps);
  }
  const needed = clusters.length + listeners.size > 0 &&
    snapshot.clusters.every(({ name }) => name !== SDS_CLUSTER);
  const added: readonly Step[] = needed ? [{ kind: "add_cluster", leadsTo: sds.cluster }] : [];
  return { clusters: [...clusters, ...added], listeners };
}

const NO_STEPS: readonly Step[] = [];

function listenerSteps(listener: ListenerView, fate: ListenerFate, secrets: SecretTable): readonly Step[] {
  if (listener.malformed || fate.chains?.every(({ kind }) => kind === "drop")) return NO_STEPS;
  const steps: Step[] = [];
  for (let index = 0; index < listener.chains.length; index++) {
    const chain = listener.chains[index];
    const own = fate.chains?.[index];
    if (chain.socket.kind !== "tls" || own?.kind === "drop") continue;
    eachAsked(chain.socket.tls, secrets, (part, name) => {
      if (!isLost(own, part)) {
        steps.push({ kind: "ask_sds", ...placeOf(listener, chain), part, name, blame: [] });
      }
    });
  }
  return steps;
}

function placeOf({ index, name }: ListenerView, chain: ChainView) {
  return { listener: index, listenerName: name, chain: chain.place, chainName: chain.name };
}

function isLost(fate: Extract<ChainFate, { kind: "keep" }> | undefined, part: number | "trust"): boolean {
  return fate?.lost.some(({ from, certificate }) => from === "sds" && certificate === part) ?? false;
}

function clusterSteps(
  { index, name: clusterName, contexts, malformed }: ClusterView,
  secrets: SecretTable,
): Step[] {
  if (malformed) return [];
  const steps: Step[] = [];
  for (const { place: context, socket } of contexts) {
    if (socket.kind !== "tls") continue;
    eachAsked(socket.tls, secrets, (part, name) => {
      steps.push({ kind: "ask_sds_upstream", cluster: index, clusterName, place: { context, part }, name });
    });
  }
  return steps;
}

function eachAsked(
  { certificates, trustReference }: TlsView,
  secrets: SecretTable,
  visit: (part: number | "trust", name: string) => void,
): void {
  for (let index = 0; index < certificates.length; index++) {
    const name = secrets.asked(certificates[index], "certificate");
    if (name !== null) visit(index, name);
  }
  const name = trustReference === null ? null : secrets.asked(trustReference, "validation");
  if (name !== null) visit("trust", name);
}
