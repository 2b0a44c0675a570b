import type { ChainPlace, Step } from "../model/mod.ts";
import { matchNames, parkedChain, quicChain, refusingChain, tlsInspector } from "./_closing_chain.ts";
import { editHttpManager, type HttpManagerStep } from "./_edit_http_manager.ts";
import { editTls, type TlsEdit } from "./_edit_tls.ts";
import { field } from "./_encode.ts";
import { groupBy } from "./_group_by.ts";
import type { ChainView, ListenerView } from "./_listener.ts";
import { fieldOf, type Parts, rewrite, rewriteField, rewriteSocket } from "./_rewrite.ts";
import { type Span, spanOf, valueOf } from "./_span.ts";
import type { Throwaways } from "./throwaways.ts";

type ListenerStep = Extract<Step, { readonly listener: number }>;

/** All steps of one listener. */
export interface ListenerEdit {
  /** Those of pruning, which win where they close or drop something. */
  readonly steps: readonly ListenerStep[];
  /** Those of policies. */
  readonly managers: readonly HttpManagerStep[];
  readonly throwaways: Throwaways;
}

/**
 * Applies all steps of one listener.
 *
 * @returns the new value; `null` where the listener is dropped.
 */
export function editListener(span: Span, view: ListenerView, edits: ListenerEdit): Parts | null {
  const { steps, throwaways } = edits;
  if (steps.some((step) => step.kind === "drop_listener")) return null;
  if (steps.some((step) => step.kind === "park_listener")) return park(span, view, throwaways);
  const byChain = {
    steps: groupBy(steps.filter((step) => "chain" in step), ({ chain }) => chain),
    managers: groupBy(edits.managers, ({ chain }) => chain),
  };
  const changed = new Map(view.chains.map((chain) => {
    const [own, managers] = [byChain.steps.get(chain.place), byChain.managers.get(chain.place)];
    return [chain.place, chainEdit(chain, { steps: own ?? [], managers: managers ?? [], throwaways })];
  }));
  const edit = (place: ChainPlace) => changed.get(place);
  let place = 0;
  const chains = rewrite(span, (walk) => {
    if (walk.field !== 3 || walk.wire !== 2) return undefined;
    const change = edit(place++);
    if (change === undefined || change === null) return change;
    const now = change(valueOf(walk));
    return now === null ? null : fieldOf(3, now);
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

function chainEdit(chain: ChainView, { steps, managers, throwaways }: ListenerEdit): Change | undefined {
  if (steps.length === 0) return managers.length === 0 ? undefined : (span) => editFilters(span, managers);
  if (steps.some((step) => step.kind === "drop_chain")) return () => null;
  if (steps.some((step) => step.kind === "refuse_chain")) {
    const quic = chain.socket.kind === "tls" && chain.socket.quic;
    return () =>
      quic ? quicChain(chain.match, chain.name, throwaways) : refusingChain(chain.match, chain.name);
  }
  const tls = tlsEdit(steps);
  return (span) => {
    const own = rewriteField(
      span,
      6,
      (socket) => rewriteSocket(socket, (context) => editTls(context, tls, throwaways)),
    );
    return managers.length === 0 ? own : editFilters(spanOf(own), managers);
  };
}

function editFilters(chain: Span, managers: readonly HttpManagerStep[]): Parts {
  const byFilter = groupBy(managers, ({ filter }) => filter);
  let place = 0;
  return rewrite(chain, (walk) => {
    if (walk.field !== 3 || walk.wire !== 2) return undefined;
    const own = byFilter.get(place++);
    return own && fieldOf(3, editHttpManager(valueOf(walk), own));
  });
}

function tlsEdit(steps: readonly ListenerStep[]): TlsEdit {
  const references = new Set<number>();
  const certificates = new Map<number, "drop">();
  const asks = new Map<number, string>();
  let trust: TlsEdit["trust"] = null;
  let asksTrust: string | null = null;
  let alpn: readonly string[] | null = null;
  for (const step of steps) {
    if (step.kind === "filter_chain_trust") trust = step.bundle;
    else if (step.kind === "set_alpn") alpn = step.protocols;
    else if (step.kind === "ask_sds") {
      if (step.part === "trust") asksTrust = step.name;
      else asks.set(step.part, step.name);
    } else if (step.kind !== "drop_certificate") continue;
    else if (step.from === "sds") references.add(step.certificate);
    else certificates.set(step.certificate, "drop");
  }
  return { references, certificates, trust, asks, asksTrust, alpn };
}

/** Leaves one chain, whatever chose among those that were there: field 32 is the matcher that named them. */
function park(span: Span, view: ListenerView, throwaways: Throwaways): Parts {
  const quic = view.chains.some(({ socket }) => socket.kind === "tls" && socket.quic);
  const name = "certgate-parked";
  const chain = quic ? quicChain(null, name, throwaways) : parkedChain(name, throwaways);
  const rest = rewrite(span, ({ field }) => field === 3 || field === 25 || field === 32 ? null : undefined);
  return [...rest, field(3, ...chain)];
}
