import { digestStatus, type ListenerRow, type PairRow } from "./health/mod.ts";
import type { GateStatus, ListenerStatus } from "./model/mod.ts";
import type { AgentStatus } from "./server/mod.ts";

/** Names in a line; whoever wants all asks `certgate status`. */
const MOST_NAMES = 3;

/**
 * The agent in one line, for `systemctl status`: what is served, what is withheld and why, and what else is wrong.
 *
 * @param status What the agent knows.
 * @param refused Whether the configuration on disk could not be taken into use.
 * @returns Plain words; names in it come from outside.
 */
export function statusLine(
  { gate, snapshots, sds }: Pick<AgentStatus, "gate" | "snapshots" | "sds">,
  refused: boolean,
): string {
  const parts = refused ? ["configuration refused, the one in use stays"] : [];
  const line = gate === null ? hookLine(snapshots) : gateLine(gate, { snapshots, sds });
  return [...parts, ...line].join("; ");
}

function gateLine(
  gate: GateStatus,
  { snapshots, sds }: Pick<AgentStatus, "snapshots" | "sds">,
): string[] {
  const { rows, pairs, hosts, serving } = digestStatus(gate, snapshots, sds);
  return [
    ...pairs.length > 0 ? pairsLine(pairs, gate) : listenersLine(rows, { gate, hosts, serving }),
    ...restOf(gate, sds),
  ];
}

/** Without a Gateway: what Envoy is given under each name. */
function pairsLine(pairs: readonly PairRow[], gate: GateStatus): string[] {
  const withheld = new Set(pairs.filter(({ word }) => word === "withheld").map(({ secret }) => secret));
  const names = new Map(
    gate.pairs.filter(({ namespace, name }) => withheld.has(`${namespace}/${name}`))
      .map(({ namespace, name, verdict }) => [`${namespace}/${name}`, words(verdict.reason)]),
  );
  const number = (word: PairRow["word"]) => pairs.filter((row) => row.word === word).length;
  const [waiting, held, unasked] = [number("waiting"), number("held"), number("published")];
  return [
    [`${count(pairs.length - withheld.size, "pair")} for Envoy`, ...listOf(names)].join(", "),
    ...waiting > 0 ? [`${waiting} of ${pairs.length} on the way to Envoy`] : [],
    ...held > 0 ? [`${held} with an earlier certificate`] : [],
    ...unasked > 0 ? [`${unasked} that nobody asks for`] : [],
  ];
}

function listenersLine(
  rows: readonly ListenerRow[],
  { gate, hosts, serving }: { readonly gate: GateStatus; readonly hosts: number; readonly serving: number },
): string[] {
  const managed = rows.map((row, i) => ({ row, listener: gate.listeners[i] })).filter(({ row }) =>
    row.managed
  );
  const withheld = managed.filter(({ row }) => row.word === "withheld");
  const names = new Map(withheld.map(({ row, listener }) => [row.hostname, reasonOf(row, listener)]));
  const waiting = new Set(managed.filter(({ row }) => row.word === "waiting").map(({ row }) => row.hostname));
  const held = managed.filter(({ row }) => row.word === "held").length;
  return [
    [`${count(serving, "host")} served`, ...listOf(names)].join(", "),
    ...waiting.size > 0 ? [`${waiting.size} of ${hosts} on the way to Envoy`] : [],
    ...held > 0 ? [`${held} with an earlier certificate`] : [],
  ];
}

function restOf(gate: GateStatus, sds: AgentStatus["sds"]): string[] {
  const down = gate.sources.filter(({ up }) => !up).length;
  const findings = gate.resources.findings.length;
  return [
    ...sds?.message ? ["Envoys cannot ask for certificates"] : [],
    ...down > 0 ? [`${count(down, "source")} cannot be looked at`] : [],
    ...findings > 0 ? [`${count(findings, "complaint")} about the resources`] : [],
    ...gate.output.message !== "" ? ["nothing can be published"] : [],
    ...gate.clock !== "" ? ["the clock of this host is wrong"] : [],
  ];
}

function hookLine(snapshots: AgentStatus["snapshots"]): string[] {
  if (snapshots.length === 0) return ["waiting for Envoy Gateway"];
  const withheld = snapshots.flatMap((snapshot) => snapshot.withheld);
  const names = new Map(withheld.map(({ hostname, reason }) => [hostname, words(reason)]));
  return [[`${count(snapshots.length, "snapshot")} answered`, ...listOf(names)].join(", ")];
}

function reasonOf(row: ListenerRow, listener: ListenerStatus): string {
  if (listener.problem !== null) return words(listener.problem);
  if (listener.published === null) return words(listener.reason);
  // The hook took it out of what the gate had let through.
  return row.detail === "" ? "refused by the hook" : row.detail;
}

function listOf(names: ReadonlyMap<string, string>): string[] {
  if (names.size === 0) return [];
  const shown = [...names].slice(0, MOST_NAMES).map(([name, why]) => `${name} (${why})`);
  const more = names.size - shown.length;
  return [`${names.size} withheld: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

/** `NotYetValid` as people write it. */
function words(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
