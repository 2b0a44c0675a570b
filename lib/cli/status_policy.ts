import pc from "picocolors";
import type {
  ConnectorStatus,
  FailureAction,
  PolicyStatus,
  PolicyTarget,
  TrafficPolicyStatus,
} from "../model/mod.ts";
import type { HookFailure, SnapshotStatus } from "../server/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";

/**
 * Local policy for people: policies, connectors, and what is wrong with either. Empty where there are none and nothing is
 * wrong. A call that the hook has refused since its latest answer is said without any policy, too.
 *
 * @param snapshots The latest answers of the hook.
 * @param all Also what is well: the files, the filter, the page.
 */
export function renderPolicyStatus(
  status: PolicyStatus | null | undefined,
  snapshots: readonly SnapshotStatus[],
  all: boolean,
): string {
  const refusals = snapshots.map(refusalText).join("");
  if (status === null || status === undefined) return refusals;
  const { policies, connectors, findings } = status;
  const failures = snapshots.flatMap((snapshot) => snapshot.failures ?? []);
  return [
    policies.length === 0 ? "" : plainTable(POLICY_HEAD, policies.map(policyRow)),
    policies.map(remarkOf).join(""),
    connectors.length === 0 ? "" : plainTable(CONNECTOR_HEAD, connectors.map(connectorRow)),
    refusals,
    failures.map(failureText).join(""),
    findings.slice(0, MOST_FINDINGS).map(findingText).join(""),
    moreText(findings.length - MOST_FINDINGS),
    filterText(status),
    unheard(status),
    all ? settingsText(status) : "",
  ].filter((part) => part !== "").join("\n");
}

const POLICY_HEAD = ["POLICY", "GENERATION", "MODE", "DIRECTIVES", "ON", "STATE"];
const CONNECTOR_HEAD = ["CONNECTOR", "STATE", "NODE", "PLACE"];

function policyRow(policy: TrafficPolicyStatus): string[] {
  const { generation, inUse, mode, directives, targets } = policy;
  const held = inUse !== null && inUse !== generation ? ` (${inUse} in use)` : "";
  return [
    printable(`${policy.namespace}/${policy.name}`),
    `${generation}${held}`,
    mode ?? "-",
    String(directives),
    printable(targets.map(targetText).join(", ")) || "-",
    stateOf(policy),
  ];
}

/** A target as it is written in one line: `Gateway eg/https`. */
export function targetText({ kind, name, sectionName }: PolicyTarget): string {
  return `${kind} ${name}${sectionName === "" ? "" : `/${sectionName}`}`;
}

function stateOf({ conditions }: TrafficPolicyStatus): string {
  const accepted = conditions.find(({ type }) => type === "Accepted");
  const programmed = conditions.find(({ type }) => type === "Programmed");
  if (accepted?.status === "False" && programmed?.status !== "True") return pc.red(accepted.reason);
  if (programmed?.status === "True") return pc.green(programmed.reason);
  return pc.yellow(programmed?.reason ?? "Unknown");
}

function remarkOf(policy: TrafficPolicyStatus): string {
  const messages = new Set(policy.conditions.map(({ message }) => message).filter((text) => text !== ""));
  if (messages.size === 0) return "";
  const title = printable(`${policy.namespace}/${policy.name}: ${policy.place}`);
  return `${title}\n${[...messages].map((message) => `  ${printable(message)}\n`).join("")}`;
}

function connectorRow({ namespace, name, missing, online, nodeId, place }: ConnectorStatus): string[] {
  return [
    printable(`${namespace}/${name}`),
    online ? pc.green("online") : pc.red(missing ? "missing" : "offline"),
    printable(nodeId) || "-",
    printable(place),
  ];
}

/** Findings that are shown; who has more repairs these first. */
const MOST_FINDINGS = 20;

function moreText(count: number): string {
  return count > 0 ? `  and ${count} more; -o json has them all\n` : "";
}

function findingText({ place, message, hint }: PolicyStatus["findings"][number]): string {
  const advice = hint ? `  ${pc.cyan("hint")}: ${printable(hint)}\n` : "";
  return `${pc.yellow(printable(`policy ${place}`))}\n  ${printable(message)}\n${advice}`;
}

const FATES: Readonly<Record<FailureAction, string>> = {
  open: "it is served without this change",
  closed: "Envoy Gateway keeps its last snapshot",
  http500: "it answers 500",
};

/** An error that stands: what failed in the answer before it is still served. */
function refusalText({ gateways, refused }: SnapshotStatus): string {
  if (!refused) return "";
  const whose = gateways.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  return `${pc.red(printable(`refused: ${whose || "a snapshot"}, ${refused.at}`))}\n` +
    `  ${printable(refused.message)}\n  Envoy Gateway goes on with the answer before\n`;
}

function failureText({ mutation, hook, kind, action, targets, place, message }: HookFailure): string {
  const more = targets > 1 ? ` and ${targets - 1} more` : "";
  const title = `${mutation ?? hook} failed${place === "" ? "" : `: ${place}${more}`}`;
  return `${pc.red(printable(title))}\n  ${printable(message)} (${kind}); ${FATES[action]}\n`;
}

function unheard({ nudges, policies, connectors }: PolicyStatus): string {
  if (nudges || policies.length + connectors.length === 0) return "";
  return `${pc.yellow("policy")}\n  A change of policy objects waits until Envoy Gateway calls by itself\n` +
    `  ${
      pc.cyan("hint")
    }: switch the gate on (gate.resources, gate.output); it makes Envoy Gateway call at once\n`;
}

function filterText({ wafProblem = "", policies }: PolicyStatus): string {
  // Where there is a policy it says so itself.
  if (wafProblem === "" || policies.some(({ conditions }) => conditions.some(isAbout(wafProblem)))) return "";
  return `${pc.red("firewall")}\n  ${printable(wafProblem)}\n`;
}

function isAbout(problem: string): (condition: { readonly message: string }) => boolean {
  return ({ message }) => message === problem;
}

function settingsText({ directories, files, objects, waf, localReply, compat }: PolicyStatus): string {
  if (directories.length === 0 && localReply.page === "off") return "";
  const count = Object.values(objects).reduce((sum, value) => sum + value, 0);
  return `policy ${
    printable(directories.join(", ")) || "without directories"
  }: ${files} files, ${count} objects; ` +
    `firewall ${waf ? "on" : "off"}, page for errors ${localReply.page}` +
    `${compat === "none" ? "" : `, compat ${compat}`}\n`;
}
