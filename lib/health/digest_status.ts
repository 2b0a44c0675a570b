import { CAUSES, type GateStatus, type ListenerStatus, type SdsStatus } from "../model/mod.ts";
import { dateText } from "./_date_text.ts";
import { digestPlain } from "./_digest_plain.ts";
import { isPlainEnvoy, type PairRow, refusalOf } from "./digest_sds.ts";
import { listSdsTroubles } from "./sds_troubles.ts";
import { hookTrouble, listTroubles, type Trouble } from "./_troubles.ts";
import { HINTS } from "./hints.ts";

export type { Trouble };

/**
 * How a listener is, in one word for people: `serving` (Envoy has its certificate), `held` (the same, with an earlier
 * certificate than the one that arrived last), `published` (there is no Envoy to ask), `waiting` (on its way to
 * Envoy), `withheld`.
 */
export const LISTENER_WORDS = ["serving", "held", "published", "waiting", "withheld"] as const;

/** One of {@linkcode LISTENER_WORDS}. */
export type ListenerWord = (typeof LISTENER_WORDS)[number];

/** One listener, as a person is told about it. */
export interface ListenerRow {
  /** `namespace/name` of its Gateway. */
  readonly gateway: string;
  /** Name of the listener in its owner. */
  readonly listener: string;
  /** `kind namespace/name` of what it is written in; empty for the Gateway itself. */
  readonly owner: string;
  /** `*` where it takes every name. */
  readonly hostname: string;
  /** As it is written, e.g. `HTTPS`. */
  readonly protocol: string;
  /** TCP or UDP port. */
  readonly port: number;
  /** `namespace/name` of its certificates. */
  readonly secrets: readonly string[];
  /** Whether its certificates are judged. */
  readonly managed: boolean;
  /** How it is. */
  readonly word: ListenerWord;
  /** Whether a client that asks for it is served, as far as that can be known. */
  readonly usable: boolean;
  /** RFC 3339; since when it is programmed, or is not. Empty if that is not known. */
  readonly since: string;
  /** What is the matter, in plain words; empty while all is well. */
  readonly message: string;
  /** What was seen, for an engineer; empty if there is nothing to add. */
  readonly detail: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
  /** Advice about what is served. */
  readonly warnings: readonly string[];
  /** RFC 3339; when the first of its certificates that go out ends. */
  readonly notAfter: string | null;
  /** Where it is written. */
  readonly place: string;
}

/** A status as people read it: what serves, what does not, what else is wrong. */
export interface StatusDigest {
  /** In the order of the status. */
  readonly rows: readonly ListenerRow[];
  /** The pairs that Envoys ask certgate for, where there is no Gateway; none elsewhere. */
  readonly pairs: readonly PairRow[];
  /** What hinders most first. */
  readonly troubles: readonly Trouble[];
  /** How many hostnames terminate TLS; a name counts once a Gateway. Without a Gateway how many pairs there are. */
  readonly hosts: number;
  /** How many of them serve. */
  readonly serving: number;
  /** One sentence with the counts, without a full stop. */
  readonly summary: string;
  /** Whether everything that was asked for is served; the exit code of `certgate status`. */
  readonly usable: boolean;
}

/** A hostname that the hook has taken out of what Envoy Gateway was about to program. */
export interface HookWithheld {
  /** Server name. */
  readonly hostname: string;
  /** SDS name of the secret; Envoy Gateway makes it of namespace and name. */
  readonly secret: string;
  /** What is the matter, in plain words. */
  readonly message: string;
  /** What was seen, for an engineer; empty if there is nothing to add. */
  readonly detail: string;
  /** `gate` if the hook only refuses what the gate withholds. */
  readonly by: "gate" | "hook";
}

/**
 * What a person should see of a status. The command and the status page render the same digest, so that they cannot
 * tell different stories.
 *
 * @param status What the gate knows.
 * @param answers The latest answers of the hook, one a snapshot: it has the last word on what was published.
 * @param sds What is known of delivery straight to Envoy.
 * @returns Plain text, not escaped for anything.
 */
export function digestStatus(
  status: GateStatus,
  answers: readonly { readonly withheld: readonly HookWithheld[] }[],
  sds?: SdsStatus | null,
): StatusDigest {
  if (isPlainEnvoy(status, sds)) return digestPlain(status, sds);
  const withheld = answers.flatMap((answer) => answer.withheld).filter(({ by }) => by !== "gate");
  const rows = status.listeners.map((listener) => {
    const hit = withheld.find((one) => isOf(listener, one));
    return digestListener(listener, { status, sds, hit: listener.published === null ? undefined : hit });
  });
  const strange = withheld.filter((one) => !status.listeners.some((listener) => isOf(listener, one)));
  const troubles = [
    ...listTroubles(status),
    ...listSdsTroubles(sds, status),
    ...strange.map(hookTrouble),
  ];
  const hosts = new Map<string, boolean>();
  for (const row of rows.filter(({ managed }) => managed)) {
    const key = `${row.gateway} ${row.hostname}`;
    hosts.set(key, row.usable && (hosts.get(key) ?? true));
  }
  const serving = [...hosts.values()].filter(Boolean).length;
  const published = rows.some(({ managed, word }) => managed && word === "published");
  const one = hosts.size === 1;
  const verb = published ? `${one ? "is" : "are"} published` : one ? "serves" : "serve";
  return {
    rows,
    pairs: [],
    troubles,
    hosts: hosts.size,
    serving,
    summary: `${serving} of ${hosts.size} ${one ? "host" : "hosts"} ${verb}; ` +
      (status.converged ? "converged" : "not converged"),
    usable: rows.every(({ usable }) => usable) && !troubles.some(({ level }) => level === "failed"),
  };
}

function isOf({ hostname, secrets }: ListenerStatus, one: HookWithheld): boolean {
  if (hostname.toLowerCase() !== one.hostname.toLowerCase()) return false;
  return one.secret === "" || secrets.some(({ namespace, name }) => `${namespace}/${name}` === one.secret);
}

function digestListener(
  listener: ListenerStatus,
  { status, sds, hit }: {
    readonly status: GateStatus;
    readonly sds?: SdsStatus | null;
    readonly hit: HookWithheld | undefined;
  },
): ListenerRow {
  const { gateway, owner, secrets } = listener;
  const word = hit === undefined ? wordOf(listener) : "withheld";
  const programmed = listener.conditions.find(({ type }) => type === "Programmed");
  const ends = secrets.flatMap(({ notAfter }) => notAfter === null ? [] : [notAfter]);
  return {
    gateway: `${gateway.namespace}/${gateway.name}`,
    listener: listener.name,
    owner: owner.kind === "Gateway" ? "" : `${owner.kind} ${owner.namespace}/${owner.name}`,
    hostname: listener.hostname,
    protocol: listener.protocol,
    port: listener.port,
    secrets: secrets.map(({ namespace, name }) => `${namespace}/${name}`),
    managed: listener.managed,
    word,
    usable: word !== "withheld" && word !== "waiting",
    since: programmed?.lastTransitionTime ?? "",
    message: hit?.message ?? refusalFor(listener, { status, sds }) ??
      (listener.message || messageOf(listener, word, status)),
    detail: hit?.detail ?? listener.detail,
    hint: hintOf(listener, word, status),
    warnings: [...new Set(secrets.flatMap(({ warnings }) => warnings.map(({ message }) => message)))],
    notAfter: ends.length === 0 ? null : rfc3339(Math.min(...ends)),
    place: listener.place,
  };
}

function wordOf({ delivery, secrets }: ListenerStatus): ListenerWord {
  if (delivery === "withheld") return "withheld";
  if (delivery === "waiting") return "waiting";
  if (secrets.some(({ serving }) => serving === "held")) return "held";
  return delivery === "served" ? "serving" : "published";
}

/** The words of a running Envoy that has refused a certificate of the listener; `null` if none has. */
function refusalFor(
  { secrets }: ListenerStatus,
  { status, sds }: { readonly status: GateStatus; readonly sds?: SdsStatus | null },
): string | null {
  const refused = secrets.find(({ verdict }) => verdict.cause === "proxy_refuses");
  const pair = status.pairs.find((one) => one.namespace === refused?.namespace && one.name === refused.name);
  return pair === undefined ? null : refusalOf(pair, sds);
}

function messageOf(listener: ListenerStatus, word: ListenerWord, status: GateStatus): string {
  if (word === "waiting") return waitingFor(listener, status);
  const held = listener.secrets.find(({ serving }) => serving === "held");
  if (held !== undefined) {
    const until = held.notAfter === null ? "" : ` until ${dateText(held.notAfter)}`;
    return `The certificate that arrived last cannot be used (${CAUSES[held.verdict.cause].why}), ` +
      `so the earlier one goes on being served${until}.`;
  }
  const out = listener.secrets.find(({ serving }) => serving === null);
  if (out === undefined || word === "withheld") return "";
  return `One of its certificates, ${out.namespace}/${out.name}, is left out: ${
    CAUSES[out.verdict.cause].why
  }.`;
}

function gatewayOf({ gateway }: ListenerStatus, { gateways }: GateStatus) {
  return gateways.find(({ namespace, name }) => namespace === gateway.namespace && name === gateway.name);
}

/** What stands between a published listener and Envoy. */
function waitingFor(listener: ListenerStatus, status: GateStatus): string {
  const { published } = listener;
  const own = gatewayOf(listener, status);
  if (status.output.message !== "") {
    return "Nothing new reaches Envoy Gateway: certgate cannot write its file.";
  }
  const seen = own?.seenRevision ?? null;
  // Of a Gateway that was split, the revision that was seen is that of its first part.
  const first = own !== undefined && own.published[0] === published?.name;
  if (seen === null && own !== undefined && own.revision !== "") {
    return "Envoy Gateway has not asked the hook about this Gateway yet.";
  }
  if (first && own.published.length === 1 && seen !== own.revision) {
    return "Envoy Gateway has not shown the latest version to the hook yet.";
  }
  return "No running Envoy has loaded its certificate yet.";
}

const NO_PAIR =
  "put its files where a source finds them under this name; certgate status --all lists the names there are";

function hintOf(listener: ListenerStatus, word: ListenerWord, status: GateStatus): string {
  if (listener.problem !== null) return "";
  if (word === "waiting" && gatewayOf(listener, status)?.seenRevision === null) {
    return "see that Envoy Gateway runs, with the configuration that certgate eg-config prints";
  }
  const bad = listener.secrets.find(({ verdict }) => verdict.action === "withhold");
  if (bad === undefined) return "";
  const pair = status.pairs.find(({ namespace, name }) => namespace === bad.namespace && name === bad.name);
  if (pair === undefined) return NO_PAIR;
  return pair.hint || HINTS[bad.verdict.cause];
}

function rfc3339(time: number): string {
  return Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 19)}Z` : "";
}
