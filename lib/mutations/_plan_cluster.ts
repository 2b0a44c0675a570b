import type { InlinePlace, Step } from "../model/mod.ts";
import type { ClusterView, TlsView } from "../xds/mod.ts";
import { isRefused, type Judgement } from "./_judgement.ts";

/**
 * - A cluster is never dropped and its references are never changed.
 * - Inline material that Envoy refuses becomes a throwaway: that backend fails closed, nobody else notices. Material
 *   that is merely outside its dates stays.
 * - Members of an inline CA that are better left out are.
 */
export function planCluster(cluster: ClusterView, judgement: Judgement): Step[] {
  if (cluster.malformed) return [];
  return cluster.contexts.flatMap(({ place: context, socket }) =>
    socket.kind === "tls" ? planContext(cluster, { context, tls: socket.tls, judgement }) : []
  );
}

interface Context {
  readonly context: InlinePlace["context"];
  readonly tls: TlsView;
  readonly judgement: Judgement;
}

function planContext({ index, name }: ClusterView, { context, tls, judgement }: Context): Step[] {
  const steps: Step[] = [];
  const at = { cluster: index, clusterName: name };
  tls.inlineCertificates.forEach((material, part) => {
    const { verdict } = judgement.judge(material, { name: null, allowExpired: false });
    if (!isRefused(verdict)) return;
    const blame = [{ hostnames: [], secret: "inline client certificate", verdict }];
    steps.push({ kind: "neutralise_cluster", ...at, place: { context, part }, blame });
  });
  if (tls.trust === null) return steps;
  const place: InlinePlace = { context, part: "trust" };
  const { material, allowExpired } = tls.trust;
  const { verdict, filtered } = judgement.judge(material, { name: null, allowExpired });
  if (isRefused(verdict)) {
    steps.push({
      kind: "neutralise_cluster",
      ...at,
      place,
      blame: [{ hostnames: [], secret: "inline CA", verdict }],
    });
  } else if (filtered !== null) {
    steps.push({ kind: "filter_cluster_trust", ...at, place, bundle: filtered });
  }
  return steps;
}
