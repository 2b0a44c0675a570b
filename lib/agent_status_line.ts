import { digestStatus, type ListenerRow } from "./health/mod.ts";
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
  { gate, snapshots }: Pick<AgentStatus, "gate" | "snapshots">,
  refused: boolean,
): string {
  const parts = refused ? ["configuration refused, the one in use stays"] : [];
  const line = gate === null ? hookLine(snapshots) : gateLine(gate, snapshots);
  return [...parts, ...line].join("; ");
}

function gateLine(gate: GateStatus, snapshots: AgentStatus["snapshots"]): string[] {
  const { rows, hosts, serving } = digestStatus(gate, snapshots);
  const managed = rows.map((row, i) => ({ row, listener: gate.listeners[i] })).filter(({ row }) =>
    row.managed
  );
  const withheld = managed.filter(({ row }) => row.word === "withheld");
  const names = new Map(withheld.map(({ row, listener }) => [row.hostname, reasonOf(row, listener)]));
  const waiting = new Set(managed.filter(({ row }) => row.word === "waiting").map(({ row }) => row.hostname));
  const held = managed.filter(({ row }) => row.word === "held").length;
  const down = gate.sources.filter(({ up }) => !up).length;
  const findings = gate.resources.findings.length;
  return [
    [`${count(serving, "host")} served`, ...listOf(names)].join(", "),
    ...waiting.size > 0 ? [`${waiting.size} of ${hosts} on the way to Envoy`] : [],
    ...held > 0 ? [`${held} with an earlier certificate`] : [],
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
