import type { Step } from "../model/mod.ts";
import { editTls, type TlsEdit } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import { type Parts, rewrite, rewriteField, rewriteSocket } from "./_rewrite.ts";
import { type Span, spanOf, valueOf } from "./_span.ts";
import type { Throwaways } from "./throwaways.ts";

type ClusterStep = Extract<Step, { readonly cluster: number }>;

/** Applies all steps of one cluster and gives the new value. */
export function editCluster(span: Span, steps: readonly ClusterStep[], throwaways: Throwaways): Parts {
  const edited = (socket: Span, own: readonly ClusterStep[]) =>
    own.length === 0
      ? [socket.view()]
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
  let trust: Uint8Array | null = null;
  for (const { place, ...step } of steps) {
    if (place.part !== "trust") certificates.set(place.part, "neutralise");
    else trust = step.kind === "filter_cluster_trust" ? step.bundle : throwaways.trust;
  }
  return { references: new Set(), certificates, trust };
}
