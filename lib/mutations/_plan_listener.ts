import type { Blame, Step } from "../model/mod.ts";
import type { ChainView, ListenerView } from "../xds/mod.ts";
import type { Judgement } from "./_judgement.ts";
import { type ChainFate, KEEP, planChain } from "./_plan_chain.ts";
import type { SecretTable } from "./_secret_table.ts";
import { ServerNames } from "./_server_names.ts";

/** What becomes of one listener. */
export interface ListenerFate {
  readonly steps: readonly Step[];
  /** Why each dropped chain is dropped. */
  readonly dropped: readonly (readonly Blame[])[];
  /** What becomes of each chain, in the order of the listener's; `null` where nothing changes. */
  readonly chains: readonly ChainFate[] | null;
}

const UNTOUCHED: ListenerFate = { steps: [], dropped: [], chains: null };

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
  if (listener.malformed) return UNTOUCHED;
  const chains = listener.chains.map((chain) => planChain(chain, secrets, judgement));
  if (chains.every((fate) => fate === KEEP)) return UNTOUCHED;
  const dropped = chains.flatMap((fate) => fate.kind === "drop" ? [fate.blame] : []);
  const steps = dropped.length === chains.length
    ? [wholeListener(listener, dropped.flat(), judgement)]
    : chainSteps(listener, chains, judgement);
  return { steps, dropped, chains };
}

function wholeListener({ index, name }: ListenerView, blame: readonly Blame[], { options }: Judgement): Step {
  const kind = options.whenEmpty === "park" ? "park_listener" : "drop_listener";
  return { kind, listener: index, listenerName: name, blame };
}

function chainSteps(
  listener: ListenerView,
  fates: readonly ChainFate[],
  judgement: Judgement,
): Step[] {
  let names: ServerNames | null = null;
  const caught = (chain: ChainView) => {
    if (judgement.options.onDark === "wildcard" || listener.hasMatcher || chain.place === "default") {
      return false;
    }
    names ??= new ServerNames(listener.chains.filter((_chain, index) => fates[index].kind === "keep"));
    return names.catches(chain.serverNames);
  };
  return listener.chains.flatMap((chain, index): Step[] => {
    const fate = fates[index];
    if (fate === KEEP) return [];
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
