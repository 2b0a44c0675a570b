import pc from "picocolors";
import type { Blame, Finding, Plan, Step } from "../model/mod.ts";
import { listWithheld, type Translation } from "../server/mod.ts";
import { printable } from "./printable.ts";
import { type DataFormat, renderData } from "./render_data.ts";

/** What changes, resource by resource, in the order of the plan. */
export function renderDiff(plan: Plan): string {
  const groups = new Map<string, string[]>();
  for (const step of plan.steps) {
    const [resource, line] = describeStep(step);
    const lines = groups.get(resource) ?? [];
    lines.push(line, ...("blame" in step ? step.blame.map(describeWhy) : []));
    groups.set(resource, lines);
  }
  return [...groups].map(([resource, lines]) => `${printable(resource)}\n${lines.join("\n")}\n\n`).join("");
}

function describeStep(step: Step): [string, string] {
  const minus = (text: string) => `  ${pc.red("-")} ${printable(text)}`;
  const change = (text: string) => `  ${pc.yellow("~")} ${printable(text)}`;
  switch (step.kind) {
    case "drop_chain":
      return [`listener ${step.listenerName}`, minus(`chain ${step.chainName || step.chain}`)];
    case "refuse_chain":
      return [
        `listener ${step.listenerName}`,
        change(`chain ${step.chainName || step.chain}: closes the connection, no certificate`),
      ];
    case "add_refusing_chain":
      return [
        `listener ${step.listenerName}`,
        `  ${pc.green("+")} a chain that closes the connection, for names that the gate leaves out`,
      ];
    case "drop_certificate":
      return [
        `listener ${step.listenerName}`,
        minus(`certificate ${step.certificate + 1} (${step.from}) of chain ${step.chainName || step.chain}`),
      ];
    case "filter_chain_trust":
      return [
        `listener ${step.listenerName}`,
        change(`chain ${step.chainName || step.chain}: client CAs without those out of date`),
      ];
    case "drop_listener":
      return [`listener ${step.listenerName}`, minus("the whole listener")];
    case "park_listener":
      return [`listener ${step.listenerName}`, change("every chain: parked on a throwaway certificate")];
    case "drop_secret":
      return [`secret ${step.name}`, minus("the secret")];
    case "neutralise_secret":
      return [`secret ${step.name}`, change(`a throwaway ${step.as} that nobody trusts in its place`)];
    case "filter_secret":
      return [`secret ${step.name}`, change("CAs without those out of date")];
    case "add_secret":
      return [
        `secret ${step.name}`,
        `  ${pc.green("+")} a throwaway ${step.as}, because a cluster refers to the name`,
      ];
    case "neutralise_cluster":
      return [`cluster ${step.clusterName}`, change("a throwaway in place of the inline certificate or CA")];
    case "filter_cluster_trust":
      return [`cluster ${step.clusterName}`, change("inline CAs without those out of date")];
  }
}

function describeWhy({ hostnames, secret, verdict }: Blame): string {
  const who = hostnames.length > 0 ? `${hostnames.join(", ")}: ` : "";
  const detail = verdict.detail ? ` (${verdict.detail})` : "";
  return `      ${printable(`${who}${secret} ${verdict.reason} ${verdict.cause}${detail}`)}`;
}

/** Counts, withheld hostnames with the reason, and findings. */
export function renderPlanSummary({ plan, requestBytes, answer }: Translation): string {
  const { counts } = plan;
  const withheld = listWithheld(plan).map(({ hostname, message }) =>
    `  ${printable(`${hostname}: ${message}`)}\n`
  ).join("");
  const findings = plan.findings.map((finding) => `  ${printable(describeFinding(finding))}\n`).join("");
  return `request ${requestBytes} bytes, answer ${answer.byteLength} bytes\n` +
    (plan.steps.length === 0
      ? "nothing changes\n"
      : `${counts.prunedChains} chains and ${counts.prunedSecrets} ` +
        `secrets pruned, ${counts.removedListeners} listeners removed, ${counts.parkedListeners} parked, ` +
        `${counts.neutralised} materials neutralised\n`) +
    (withheld ? `withheld:\n${withheld}` : "") + (findings ? `noticed:\n${findings}` : "");
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
    case "duplicate_secret":
      return `secret "${finding.name}" stands there ${finding.count} times`;
  }
}

/** The plan for other programs: counts, withheld hostnames, steps without bytes, findings. */
export function renderPlanData(plan: Plan, format: DataFormat): string {
  const withoutBytes = (_key: string, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value;
  const { counts, findings, steps } = plan;
  const data = { counts, withheld: listWithheld(plan), steps, findings };
  return renderData(JSON.parse(JSON.stringify(data, withoutBytes)), format);
}
