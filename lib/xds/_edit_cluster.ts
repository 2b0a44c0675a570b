import type { PolicyStep, Step } from "../model/mod.ts";
import { bindField } from "./_bind.ts";
import { editTls, type TlsEdit } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import { type Parts, rewrite, rewriteField, rewriteSocket } from "./_rewrite.ts";
import { type Span, spanOf, valueOf } from "./_span.ts";
import { tunnelCluster } from "./_tunnel.ts";
import type { Throwaways } from "./throwaways.ts";

type ClusterStep = Extract<Step, { readonly cluster: number }>;

/** A step of a policy at a cluster. */
export type ClusterPolicyStep = Extract<PolicyStep, { readonly kind: "replace_cluster" | "bind_cluster" }>;

/** All steps of one cluster. */
export interface ClusterEdit {
  /** Those of pruning, which mean nothing where the cluster is replaced. */
  readonly steps: readonly ClusterStep[];
  readonly policy: readonly ClusterPolicyStep[];
  readonly throwaways: Throwaways;
}

/** Applies all steps of one cluster and gives the new value. */
export function editCluster(span: Span, { steps, policy, throwaways }: ClusterEdit): Parts {
  const replaced = policy.findLast((step) => step.kind === "replace_cluster");
  const bound = policy.findLast((step) => step.kind === "bind_cluster");
  const now = replaced
    ? tunnelCluster(replaced.clusterName, { ...replaced.tunnel, listener: replaced.tunnelListener })
    : steps.length === 0
    ? [span]
    : editContexts(span, steps, throwaways);
  if (bound === undefined) return now;
  return [...rewrite(spanOf(now), ({ field }) => field === 21 ? null : undefined), bindField(bound.device)];
}

function editContexts(span: Span, steps: readonly ClusterStep[], throwaways: Throwaways): Parts {
  const edited = (socket: Span, own: readonly ClusterStep[]) =>
    own.length === 0
      ? [socket]
      : rewriteSocket(socket, (context) => editTls(context, tlsEdit(own, throwaways), throwaways));
  let match = 0;
  const matches = rewrite(span, (walk) => {
    if (walk.field !== 43 || walk.wire !== 2) return undefined;
    const own = at(steps, match++);
    if (own.length === 0) return undefined;
    return [field(43, ...rewriteField(valueOf(walk), 3, (socket) => edited(socket, own)))];
  });
  const own = at(steps, "socket");
  if (own.length === 0) return matches;
  return rewriteField(spanOf(matches), 24, (socket) => edited(socket, own));
}

function at(steps: readonly ClusterStep[], context: number | "socket"): ClusterStep[] {
  return steps.filter((step) => step.place.context === context);
}

function tlsEdit(steps: readonly ClusterStep[], throwaways: Throwaways): TlsEdit {
  const certificates = new Map<number, "neutralise">();
  const asks = new Map<number, string>();
  let asksTrust: string | null = null;
  let trust: Uint8Array | null = null;
  for (const { place, ...step } of steps) {
    if (step.kind === "ask_sds_upstream") {
      if (place.part === "trust") asksTrust = step.name;
      else asks.set(place.part, step.name);
    } else if (place.part !== "trust") certificates.set(place.part, "neutralise");
    else trust = step.kind === "filter_cluster_trust" ? step.bundle : throwaways.trust;
  }
  return { references: new Set(), certificates, trust, asks, asksTrust };
}
