import type { PolicyStatus, ResourceRef } from "../model/mod.ts";
import { makePolicyIndex, type PolicyIndex } from "../policy/mod.ts";
import { readPolicies } from "../resources/mod.ts";
import { type Mark, type Step, worst } from "./explain_step.ts";
import { findRoutes, type PublishedRoute, type RoutePlace } from "./find_routes.ts";
import { readPolicyFiles } from "./read_policy_files.ts";
import { targetText } from "./status_policy.ts";

/** What the step `policy` is made of. */
export interface PolicyQuestion {
  readonly status: PolicyStatus;
  /** The listener as it is published; `null` where it is left out. */
  readonly place: RoutePlace | null;
  /** The Gateway as its owner wrote it. */
  readonly gateway: { readonly namespace: string; readonly name: string };
  readonly hostname: string;
  /** The file that Envoy Gateway reads. */
  readonly output: string;
  /** `policy.waf.baseDirectives`. */
  readonly baseDirectives: readonly string[];
}

/**
 * Which policy governs the routes of a hostname, which connector is behind them, and what a client gets. The objects are
 * read now, and looked up as the hook looks them up.
 *
 * @returns `null` where there is no local policy at all.
 */
export async function explainPolicy(question: PolicyQuestion): Promise<Step | null> {
  const { status, place, hostname, output } = question;
  const any = Object.values(status.objects).some((count) => count > 0) || status.localReply.page !== "off";
  if (!any) return null;
  const files = await readPolicyFiles(status.directories);
  const set = readPolicies(files, new Map());
  const index = makePolicyIndex(set, {
    compat: status.compat,
    baseDirectives: question.baseDirectives,
    generationOf: (_kind, { generation }) => generation ?? 1,
    // What is asked for is the name that is published; the owner's is the one that policies speak of.
    originalGateway: (published) =>
      place !== null && published.namespace === place.namespace && published.name === place.name
        ? question.gateway
        : published,
  });
  const routes = place === null ? [] : await readRoutes(output, place, hostname);
  const parts = typeof routes === "string"
    ? [{ mark: "unknown" as const, lines: [`this user cannot look into the file: ${routes}`] }]
    : routes.length === 0
    ? [{ mark: "ok" as const, lines: [`no HTTPRoute of ${output} answers ${hostname} there`] }]
    : routes.map((route) => explainRoute(route, index, question));
  // This user may not be able to read what the agent can.
  const blind = [...files.values()].flatMap((file) =>
    "problem" in file ? [`this user cannot look into policy objects: ${file.problem}`] : []
  );
  const others = [...blind, unread(status), replyLine(status)].filter((line) => line !== "");
  const marks: Mark[] = [
    ...parts.map(({ mark }) => mark),
    ...blind.length > 0 ? ["unknown" as const] : [],
    ...status.refused > 0 ? ["attention" as const] : [],
  ];
  return {
    name: "policy",
    mark: worst(marks),
    evidence: [...parts.flatMap(({ lines }) => lines), ...others],
  };
}

async function readRoutes(
  output: string,
  place: RoutePlace,
  hostname: string,
): Promise<PublishedRoute[] | string> {
  try {
    return findRoutes(await Deno.readTextFile(output), place, hostname);
  } catch (error) {
    return (error as Error).message;
  }
}

interface Part {
  readonly mark: Mark;
  readonly lines: readonly string[];
}

function explainRoute(route: PublishedRoute, index: PolicyIndex, question: PolicyQuestion): Part {
  const rules = route.rules.map((name, number) => ruleParts(route, { name, number }, index, question));
  // Rules are told apart only where they differ.
  const [first, ...rest] = rules.map(({ policy }) => policy);
  const same = rest.every(({ text }) => text === first.text);
  const title = `HTTPRoute ${route.namespace}/${route.name}`;
  const policies = same
    ? [`${title}: ${first.text}`]
    : rules.map(({ policy, where }) => `${title}, ${where}: ${policy.text}`);
  const connectors = rules.flatMap(({ connector, where }) =>
    connector.text === "" ? [] : [`${title}, ${where}: ${connector.text}`]
  );
  return {
    mark: worst(rules.flatMap(({ policy, connector }) => [policy.mark, connector.mark])),
    lines: [...policies, ...connectors],
  };
}

interface Said {
  readonly mark: Mark;
  readonly text: string;
}

function ruleParts(
  { namespace, name }: PublishedRoute,
  rule: { readonly name: string; readonly number: number },
  index: PolicyIndex,
  question: PolicyQuestion,
): { where: string; policy: Said; connector: Said } {
  const { place } = question;
  const ref = (
    kind: string,
    object: { namespace: string; name: string },
    sectionName: string,
  ): ResourceRef => ({
    kind,
    namespace: object.namespace,
    name: object.name,
    sectionName,
  });
  const governing = index.governing(
    ref("Gateway", place!, place!.listener),
    ref("HTTPRoute", { namespace, name }, rule.name),
  );
  return {
    where: rule.name === "" ? `rule ${rule.number}` : `rule ${rule.number} "${rule.name}"`,
    policy: governing?.policy
      ? policyText(governing.policy, index, question)
      : ungoverned(governing !== null),
    connector: connectorText(index, `httproute/${namespace}/${name}/rule/${rule.number}`),
  };
}

function ungoverned(ours: boolean): Said {
  const text = ours ? "no policy governs it" : "its namespace is not ours, so no policy can govern it";
  return { mark: "ok", text };
}

function policyText(
  { namespace, name, mode, directives }: {
    namespace: string;
    name: string;
    mode: string;
    directives: readonly string[];
  },
  index: PolicyIndex,
  { status }: PolicyQuestion,
): Said {
  const key = `${namespace}/${name}`;
  const targets = index.policies.find(({ entry }) => `${entry.namespace}/${entry.name}` === key)?.targets ??
    [];
  const known = status.policies.find((policy) => `${policy.namespace}/${policy.name}` === key);
  const programmed = known?.conditions.find(({ type }) => type === "Programmed");
  const on = targets.map(targetText).join(", ");
  const head = `policy ${key} governs it (${mode}, ${directives.length} directives, on ${on})`;
  if (!status.waf) {
    return { mark: "attention", text: `${head}, and the firewall is off: nothing is inspected` };
  }
  if (programmed?.status === "True") {
    return { mark: "ok", text: `${head}, programmed: generation ${programmed.observedGeneration}` };
  }
  const why = programmed?.message || "the running certgate does not know it";
  return { mark: "attention", text: `${head}, not programmed: ${why}` };
}

function connectorText(index: PolicyIndex, cluster: string): Said {
  const fate = index.connector(cluster);
  if (fate === null) return { mark: "ok", text: "" };
  if (!fate.online) {
    return {
      mark: "attention",
      text: 'its connector is offline: clients get 503 with the text "Tunnel not online"',
    };
  }
  const node = fate.nodeId === "" ? "a node without a name" : `node ${fate.nodeId}`;
  return { mark: "ok", text: `its connector is online: clients are led to ${fate.address} by ${node}` };
}

function unread({ refused }: PolicyStatus): string {
  return refused === 0 ? "" : `${refused} policy objects are not used as they are written: certgate status`;
}

function replyLine({ localReply: { page } }: PolicyStatus): string {
  if (page === "off") return "";
  return `answers that Envoy makes itself have the page ${
    page === "file" ? "of policy.localReply" : "that is built in"
  }`;
}
