import { verdictOf } from "../health/mod.ts";
import type { Blame, DarkHostname, Step } from "../model/mod.ts";
import {
  type ChainView,
  isThrowaway,
  type ListenerView,
  type Snapshot,
  type Throwaways,
} from "../xds/mod.ts";
import type { ListenerFate } from "./_plan_listener.ts";
import type { PruneOptions } from "./prune_options.ts";
import { ServerNames } from "./_server_names.ts";

/** By index of the listener; nothing at most of them. */
export type DarkSteps = ReadonlyMap<number, Step>;

const NO_STEPS: DarkSteps = new Map();

/**
 * Plans what becomes of hostnames that the gate has left out, so that there is no chain for them.
 *
 * - Where a wildcard or a chain for every name would answer on the hostname's port, with the certificate of a
 *   neighbour, the listener gets one more chain, which refuses all such names.
 * - A name that a chain of the listener has is left to that chain: Envoy refuses two with the same match.
 * - Chains without TLS and without server names catch nobody here: they do not see the name.
 * - A listener that does not read, goes as a whole, or chooses chains by a matcher of its own is left alone.
 */
export function planDark(
  snapshot: Snapshot,
  fates: readonly ListenerFate[],
  { dark = [], onDark, throwaways }: PruneOptions,
): DarkSteps {
  if (dark.length === 0 || onDark === "wildcard") return NO_STEPS;
  const byPort = Map.groupBy(dark.filter(({ hostname }) => isServerName(hostname)), ({ port }) => port);
  const steps = new Map<number, Step>();
  for (const listener of snapshot.listeners) {
    if (listener.malformed || listener.hasMatcher) continue;
    const { port, inspectsTls } = snapshot.listenerDoor(listener.index);
    const candidates = port === null ? undefined : byPort.get(port);
    if (candidates === undefined) continue;
    const staying = stayingChains(listener, fates[listener.index]).filter((chain) =>
      seesNames(chain, throwaways)
    );
    const caught = staying.length === 0 ? [] : caughtNames(listener, staying, candidates);
    if (caught.length === 0) continue;
    const quic = staying.some(({ socket }) => socket.kind === "tls" && socket.quic);
    steps.set(listener.index, {
      kind: "add_refusing_chain",
      listener: listener.index,
      listenerName: listener.name,
      hostnames: caught.map(lowerCase),
      quic,
      // QUIC reads the name by itself.
      inspect: !quic && !inspectsTls,
      blame: caught.map(toBlame),
    });
  }
  return steps;
}

/** Chains that refuse stay as well: whoever plans the answer again sees no difference between them and others. */
function stayingChains(
  listener: ListenerView,
  { chains, dropped, steps }: ListenerFate,
): readonly ChainView[] {
  if (chains === null) return listener.chains;
  if (dropped.length === chains.length) return [];
  const refusing = new Set(steps.map((step) => step.kind === "refuse_chain" ? step.chain : null));
  return listener.chains.filter((chain, index) => chains[index].kind === "keep" || refusing.has(chain.place));
}

/** The names that a chain is chosen by: Envoy does not look at the match of the default chain. */
function namesOf({ place, serverNames }: ChainView): readonly string[] {
  return place === "default" ? [] : serverNames;
}

function seesNames(chain: ChainView, throwaways: Throwaways): boolean {
  const { socket } = chain;
  if (socket.kind !== "tls") return namesOf(chain).length > 0;
  const { certificates, inlineCertificates } = socket.tls;
  // A chain of our own shows nobody's certificate: this is an answer that is fed back.
  return certificates.length > 0 || inlineCertificates.length === 0 ||
    !inlineCertificates.every((material) => isThrowaway(material, throwaways));
}

function caughtNames(
  listener: ListenerView,
  staying: readonly ChainView[],
  candidates: readonly DarkHostname[],
): DarkHostname[] {
  const own = new Set(listener.chains.flatMap((chain) => namesOf(chain).map((name) => name.toLowerCase())));
  const catchers = new ServerNames(staying);
  const caught = new Map<string, DarkHostname>();
  for (const candidate of candidates) {
    const name = lowerCase(candidate);
    if (!own.has(name) && catchers.catches([name])) caught.set(name, candidate);
  }
  return [...caught].sort(([a], [b]) => a < b ? -1 : 1).map(([, candidate]) => candidate);
}

/** Envoy refuses a listener for any other pattern. */
function isServerName(hostname: string): boolean {
  return /^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(hostname);
}

const lowerCase = ({ hostname }: DarkHostname) => hostname.toLowerCase();

function toBlame({ hostname, secret, reason, cause, message }: DarkHostname): Blame {
  const verdict = { ...verdictOf("withhold", cause), reason };
  return { hostnames: [hostname.toLowerCase()], secret, verdict, message };
}
