import { digestPairs, digestStatus, isPlainEnvoy } from "../health/mod.ts";
import type { GateStatus, ListenerStatus } from "../model/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import { findListeners, readHostname } from "./find_listeners.ts";
import { findPairs } from "./find_pairs.ts";

/** What `certgate wait` waits for. */
export type Goal =
  | { readonly kind: "converged" }
  | { readonly kind: "programmed" | "withheld"; readonly hostname: string };

/** @returns `null` where the text is none of `converged`, `programmed=HOST` and `withheld=HOST`. */
export function readGoal(text: string): Goal | null {
  if (text === "converged") return { kind: "converged" };
  const match = /^(programmed|withheld)=(.*)$/.exec(text);
  const hostname = match === null ? null : readHostname(match[2]);
  return hostname === null ? null : { kind: match![1] as "programmed" | "withheld", hostname };
}

/**
 * What is missing for a goal.
 *
 * @returns Plain words, or `null` if nothing is missing.
 */
export function missingFor(goal: Goal, status: AgentStatus): string | null {
  const { gate } = status;
  if (!status.ready) return "certgate is still loading";
  if (goal.kind === "withheld" && withheldByHook(goal.hostname, status)) return null;
  if (gate === null) {
    return goal.kind === "withheld"
      ? `the hook does not withhold "${goal.hostname}"`
      : "the gate is off, so certgate cannot know it";
  }
  if (isPlainEnvoy(gate, status.sds)) return missingInEnvoy(goal, { ...status, gate });
  if (goal.kind === "converged") return missingToConverge(gate, status);
  const { taking } = findListeners(goal.hostname, gate.listeners);
  const managed = taking.filter((listener) => listener.managed);
  const own = managed.length > 0 ? managed : taking;
  if (own.length === 0) return `no listener has the hostname "${goal.hostname}"`;
  const missing = own.map((listener) =>
    goal.kind === "programmed" ? missingToProgram(listener, gate, status) : missingToWithhold(listener, gate)
  );
  return missing.find((words) => words !== null) ?? null;
}

function withheldByHook(hostname: string, { snapshots }: AgentStatus): boolean {
  return snapshots.some(({ withheld }) => withheld.some((row) => row.hostname.toLowerCase() === hostname));
}

const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

function missingToConverge(gate: GateStatus, { snapshots, sds }: AgentStatus): string | null {
  if (gate.converged) return null;
  if (gate.output.message !== "") return gate.output.message;
  const late = gate.gateways.filter(({ converged }) => !converged).map(keyOf);
  if (late.length === 0) return untaken(sds) ?? "certgate is at work on what has just changed";
  const waiting = digestStatus(gate, snapshots, sds).rows.find(({ word }) => word === "waiting");
  const why = waiting === undefined
    ? "Envoy Gateway has not shown the latest version to the hook yet."
    : `${waiting.hostname}: ${waiting.message}`;
  return `${late.length} of ${gate.gateways.length} Gateways are not there yet (${
    late.slice(0, 3).join(", ")
  }); ${why}`;
}

/** Without a Gateway: who asks has to have taken what there is, and somebody has to ask. */
function missingInEnvoy(
  goal: Goal,
  { gate, sds }: AgentStatus & { readonly gate: GateStatus },
): string | null {
  if (sds?.message) return sds.message;
  const rows = digestPairs(gate, sds);
  const own = goal.kind === "converged"
    ? rows
    : findPairs(goal.hostname, gate.pairs).map(({ pair }) =>
      rows.find(({ secret }) => secret === keyOf(pair))!
    );
  if (goal.kind !== "converged" && own.length === 0) return `no pair has the hostname "${goal.hostname}"`;
  if (goal.kind === "withheld") {
    const served = own.find(({ word }) => word !== "withheld");
    return served === undefined ? null : `"${served.secret}" can be asked for`;
  }
  const row = own.find(({ word }) => word === "waiting") ??
    (goal.kind === "programmed" ? own.find(({ word }) => word === "withheld") : undefined);
  if (row !== undefined) return `"${row.secret}" is ${row.word}: ${row.message}`;
  if (goal.kind === "programmed") return own.some(({ asked }) => asked > 0) ? null : "no Envoy asks for it";
  const late = untaken(sds);
  if (late !== null) return late;
  if (!sds || sds.clients.length === 0) return "no Envoy is connected";
  return gate.converged
    ? null
    : "certgate is at work on what has just changed, or Envoy has not loaded it yet";
}

/** The first name whose newest version some Envoy has not taken. */
function untaken(sds: AgentStatus["sds"]): string | null {
  const name = sds?.names.find(({ subscribers, accepted }) => accepted < subscribers);
  return name === undefined ? null : `"${name.name}" is not taken by everybody who asks for it`;
}

function missingToProgram(
  listener: ListenerStatus,
  gate: GateStatus,
  { snapshots, sds }: AgentStatus,
): string | null {
  const row = digestStatus(gate, snapshots, sds).rows[gate.listeners.indexOf(listener)];
  const programmed = listener.conditions.find(({ type }) => type === "Programmed");
  if (programmed?.status === "True" && row.usable) return null;
  return `listener "${listener.name}" is ${row.word}: ${
    row.message || programmed?.message || "nothing more is known"
  }`;
}

/** Not only left out of what is published: Envoy Gateway has to have taken that over as well. */
function missingToWithhold(listener: ListenerStatus, gate: GateStatus): string | null {
  if (listener.delivery !== "withheld") return `listener "${listener.name}" is published`;
  const gateway = gate.gateways.find((other) => keyOf(other) === keyOf(listener.gateway));
  const taken = gateway === undefined || gateway.published.length === 0 || gateway.converged ||
    gateway.seenRevision === gateway.revision;
  return taken
    ? null
    : `listener "${listener.name}" is left out, and Envoy Gateway has not shown that to the hook yet`;
}
