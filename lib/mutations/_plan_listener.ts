import type { Blame, Step } from "../model/mod.ts";
import type { ChainView, ListenerView } from "../xds/mod.ts";
import type { Judgement } from "./_judgement.ts";
import { type ChainFate, planChain } from "./_plan_chain.ts";
import type { SecretTable } from "./_secret_table.ts";
import { ServerNames } from "./_server_names.ts";

/** What becomes of one listener. */
export interface ListenerFate {
  readonly steps: readonly Step[];
  /** Chains that go out as they were or with a certificate less; what they refer to is still needed. */
  readonly kept: readonly { readonly chain: ChainView; readonly lostReferences: ReadonlySet<number> }[];
  /** Why each dropped chain is dropped. */
  readonly dropped: readonly (readonly Blame[])[];
}

/**
 * - A listener that does not read, and one with nothing withheld, gets no step.
 * - A listener whose every chain is withheld is removed or parked; it never goes out empty. A chain without TLS is a
 *   chain that stays.
 * - A dropped chain is made to refuse where another chain of the listener would answer for its names, unless
 *   `onDark` is `wildcard`. Where chains are chosen by name by a matcher there is no such fallback.
 */
export function planListener(
  listener: ListenerView,
  { secrets, judgement }: { readonly secrets: SecretTable; readonly judgement: Judgement },
): ListenerFate {
  const untouched = new Set<number>();
  if (listener.malformed) {
    const kept = listener.chains.map((chain) => ({ chain, lostReferences: untouched }));
    return { steps: [], kept, dropped: [] };
  }
  const fates = listener.chains.map((chain) => ({ chain, fate: planChain(chain, secrets, judgement) }));
  const kept = fates.flatMap(({ chain, fate }) => {
    if (fate.kind === "drop") return [];
    const lost = fate.lost.filter(({ from }) => from === "sds").map(({ certificate }) => certificate);
    return [{ chain, lostReferences: lost.length === 0 ? untouched : new Set(lost) }];
  });
  const dropped = fates.flatMap(({ fate }) => fate.kind === "drop" ? [fate.blame] : []);
  const steps = dropped.length > 0 && kept.length === 0
    ? [wholeListener(listener, dropped.flat(), judgement)]
    : chainSteps(listener, fates, judgement);
  return { steps, kept, dropped };
}

function wholeListener({ index, name }: ListenerView, blame: readonly Blame[], { options }: Judgement): Step {
  const kind = options.whenEmpty === "park" ? "park_listener" : "drop_listener";
  return { kind, listener: index, listenerName: name, blame };
}

function chainSteps(
  listener: ListenerView,
  fates: readonly { readonly chain: ChainView; readonly fate: ChainFate }[],
  judgement: Judgement,
): Step[] {
  let names: ServerNames | null = null;
  const caught = (chain: ChainView) => {
    if (judgement.options.onDark === "wildcard" || listener.hasMatcher || chain.place === "default") {
      return false;
    }
    names ??= new ServerNames(fates.filter(({ fate }) => fate.kind === "keep").map(({ chain }) => chain));
    return names.catches(chain.serverNames);
  };
  return fates.flatMap(({ chain, fate }): Step[] => {
    if (fate.kind === "keep" && fate.lost.length === 0 && fate.bundle === null) return [];
    const at = {
      listener: listener.index,
      listenerName: listener.name,
      chain: chain.place,
      chainName: chain.name,
    };
    if (fate.kind === "drop") {
      return [{ kind: caught(chain) ? "refuse_chain" : "drop_chain", ...at, blame: fate.blame }];
    }
    const steps: Step[] = fate.lost.map(({ from, certificate, blame }) => (
      { kind: "drop_certificate", ...at, from, certificate, blame: [blame] }
    ));
    if (fate.bundle !== null) {
      steps.push({ kind: "filter_chain_trust", ...at, bundle: fate.bundle, blame: [] });
    }
    return steps;
  });
}
