import pc from "picocolors";
import type { Finding } from "../model/mod.ts";
import { listWithheld, type Translation } from "../server/mod.ts";
import type { Change } from "./change.ts";
import { type FailedMutation, failureLine } from "./failed_mutations.ts";
import { printable } from "./printable.ts";
import { type DataFormat, renderData } from "./render_data.ts";

const SIGNS: Readonly<Record<Change["sign"], () => string>> = {
  added: () => pc.green("+"),
  removed: () => pc.red("-"),
  changed: () => pc.yellow("~"),
};

/** What changes, resource by resource, in the order in which they are changed first. */
export function renderDiff(changes: readonly Change[]): string {
  const groups = new Map<string, Map<string, Change[]>>();
  for (const change of changes) {
    const group = groups.get(change.resource) ?? new Map<string, Change[]>();
    groups.set(change.resource, group);
    // What becomes of many parts alike is said once.
    const { sign, what, was, now, why } = change;
    const key = change.part === "" ? String(group.size) : JSON.stringify([sign, what, was, now, why]);
    group.set(key, [...group.get(key) ?? [], change]);
  }
  return [...groups].map(([resource, group]) =>
    `${printable(resource)}\n${[...group.values()].map(renderAlike).join("")}\n`
  ).join("");
}

const SHOWN_PARTS = 3;

function renderAlike(alike: readonly Change[]): string {
  const [{ sign, what, was, now, why }] = alike;
  const parts = alike.slice(0, SHOWN_PARTS).map(({ part }) => part).join(", ");
  const more = alike.length > SHOWN_PARTS ? ` and ${alike.length - SHOWN_PARTS} more` : "";
  const lines = [
    `  ${SIGNS[sign]()} ${printable(parts === "" ? what : `${parts}${more}: ${what}`)}`,
    ...was === "" ? [] : [`      ${pc.red("was")}: ${printable(was)}`],
    ...now === "" ? [] : [`      ${pc.green("now")}: ${printable(now)}`],
    ...why.map((reason) => `      ${printable(reason)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** What a replay came to. */
export interface ReplayReport {
  readonly translation: Translation;
  readonly changes: readonly Change[];
  readonly failed: readonly FailedMutation[];
}

/** Counts, withheld hostnames with the reason, and findings. */
export function renderPlanSummary({ translation, changes, failed }: ReplayReport): string {
  const { plan, requestBytes, answer } = translation;
  const withheld = listWithheld(plan).map(({ hostname, message }) =>
    `  ${printable(`${hostname}: ${message}`)}\n`
  ).join("");
  const findings = plan.findings.map((finding) => `  ${printable(describeFinding(finding))}\n`).join("");
  const failures = failed.map((one) => `  ${printable(failureLine(one))}\n`).join("");
  return `request ${requestBytes} bytes, answer ${answer.byteLength} bytes\n` +
    (changes.length === 0 ? "nothing changes\n" : countsText(translation)) +
    (withheld ? `withheld:\n${withheld}` : "") + (failures ? `failed:\n${failures}` : "") +
    (findings ? `noticed:\n${findings}` : "");
}

function countsText({ plan: { steps, counts }, mutations }: Translation): string {
  const policies = mutations.filter((mutation) => mutation.steps.length > 0)
    .map((mutation) => `${mutation.mutation} ${mutation.steps.length}`).join(", ");
  const pruned = steps.length === 0 ? "" : `${counts.prunedChains} chains and ${counts.prunedSecrets} ` +
    `secrets pruned, ${counts.removedListeners} listeners removed, ${counts.parkedListeners} parked, ` +
    `${counts.neutralised} materials neutralised\n`;
  return pruned + (policies === "" ? "" : `changes by policy objects: ${policies}\n`);
}

function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case "incomplete_input":
      return `${finding.list}: ${finding.detail}`;
    case "unresolved_reference":
      return `${finding.usedBy} refers to the secret "${finding.name}", which is not there`;
    case "malformed":
      return `${finding.list} ${finding.index}: ${finding.detail}`;
    case "platform_unusable":
      return `secret "${finding.secret}" is ${finding.verdict.reason} and served, because neverGate names it`;
    case "bundle_in_place":
      return `${finding.secret} carries ${finding.bundles.join(", ")} itself: ${finding.detail}`;
    case "duplicate_secret":
      return `secret "${finding.name}" stands there ${finding.count} times`;
  }
}

/**
 * The replay for other programs: counts, withheld hostnames, the steps of pruning without bytes, every change with what
 * was and what is now, the policies with their directives, what failed, findings.
 */
export function renderPlanData({ translation, changes, failed }: ReplayReport, format: DataFormat): string {
  const withoutBytes = (_key: string, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value;
  const { plan, mutations } = translation;
  const { counts, findings, steps } = plan;
  const applied = new Set(
    mutations.flatMap((mutation) =>
      mutation.steps.flatMap((step) =>
        step.kind === "stamp_route" && step.policy !== null ? [step.policy] : []
      )
    ),
  );
  const data = {
    counts,
    withheld: listWithheld(plan),
    steps,
    changes,
    mutations: mutations.map(({ mutation, steps, action }) => ({ mutation, steps: steps.length, action })),
    policies: [...applied],
    failed,
    findings,
  };
  return renderData(JSON.parse(JSON.stringify(data, withoutBytes)), format);
}
