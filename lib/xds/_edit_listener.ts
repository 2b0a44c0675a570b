import type { ChainPlace, Step } from "../model/mod.ts";
import { matchNames, parkedChain, quicChain, refusingChain, tlsInspector } from "./_closing_chain.ts";
import { editTls, type TlsEdit } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import type { ChainView, ListenerView } from "./_listener.ts";
import { type Parts, rewrite, rewriteField, rewriteSocket } from "./_rewrite.ts";
import { type Span, spanOf, valueOf } from "./_span.ts";
import type { Throwaways } from "./throwaways.ts";

type ListenerStep = Extract<Step, { readonly listener: number }>;

/**
 * Applies all steps of one listener.
 *
 * @returns the new value; `null` where the listener is dropped.
 */
export function editListener(
  span: Span,
  view: ListenerView,
  { steps, throwaways }: { readonly steps: readonly ListenerStep[]; readonly throwaways: Throwaways },
): Parts | null {
  if (steps.some((step) => step.kind === "drop_listener")) return null;
  if (steps.some((step) => step.kind === "park_listener")) return park(span, view, throwaways);
  const changed = new Map(view.chains.map((chain) => [chain.place, chainEdit(chain, steps, throwaways)]));
  const edit = (place: ChainPlace) => changed.get(place);
  let place = 0;
  const chains = rewrite(span, (walk) => {
    if (walk.field !== 3 || walk.wire !== 2) return undefined;
    const change = edit(place++);
    if (change === undefined || change === null) return change;
    const now = change(valueOf(walk));
    return now === null ? null : [field(3, ...now)];
  });
  const byDefault = edit("default");
  const changedAll = byDefault === undefined
    ? chains
    : rewriteField(spanOf(chains), 25, (chain) => byDefault(chain));
  return [...changedAll, ...steps.flatMap((step) => addition(step, throwaways))];
}

/** What stands at the end of the listener: the parser adds it to the lists wherever it stands. */
function addition(step: ListenerStep, throwaways: Throwaways): Parts {
  if (step.kind !== "add_refusing_chain") return [];
  const match = matchNames(step.hostnames);
  const name = "certgate-refuse";
  const chain = step.quic ? quicChain(match, name, throwaways) : refusingChain(match, name);
  return [field(3, ...chain), ...(step.inspect ? [field(9, ...tlsInspector())] : [])];
}

type Change = (chain: Span) => Parts | null;

function chainEdit(
  chain: ChainView,
  steps: readonly ListenerStep[],
  throwaways: Throwaways,
): Change | undefined {
  const own = steps.filter((step) => "chain" in step && step.chain === chain.place);
  if (own.length === 0) return undefined;
  if (own.some((step) => step.kind === "drop_chain")) return () => null;
  if (own.some((step) => step.kind === "refuse_chain")) {
    const quic = chain.socket.kind === "tls" && chain.socket.quic;
    return () =>
      quic ? quicChain(chain.match, chain.name, throwaways) : refusingChain(chain.match, chain.name);
  }
  const tls = tlsEdit(own);
  return (span) =>
    rewriteField(span, 6, (socket) => rewriteSocket(socket, (context) => editTls(context, tls, throwaways)));
}

function tlsEdit(steps: readonly ListenerStep[]): TlsEdit {
  const references = new Set<number>();
  const certificates = new Map<number, "drop">();
  let trust: TlsEdit["trust"] = null;
  for (const step of steps) {
    if (step.kind === "filter_chain_trust") trust = step.bundle;
    else if (step.kind !== "drop_certificate") continue;
    else if (step.from === "sds") references.add(step.certificate);
    else certificates.set(step.certificate, "drop");
  }
  return { references, certificates, trust };
}

/** Leaves one chain, whatever chose among those that were there: field 32 is the matcher that named them. */
function park(span: Span, view: ListenerView, throwaways: Throwaways): Parts {
  const quic = view.chains.some(({ socket }) => socket.kind === "tls" && socket.quic);
  const name = "certgate-parked";
  const chain = quic ? quicChain(null, name, throwaways) : parkedChain(name, throwaways);
  const rest = rewrite(span, ({ field }) => field === 3 || field === 25 || field === 32 ? null : undefined);
  return [...rest, field(3, ...chain)];
}
