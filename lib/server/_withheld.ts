import { describe } from "../health/mod.ts";
import type { Blame, ListName, Plan, Reason, Step } from "../model/mod.ts";

/** The lists of a snapshot. */
export const LISTS: readonly ListName[] = ["clusters", "secrets", "listeners", "routes"];

/** A hostname without HTTPS, as status shows it. */
export interface WithheldHostname {
  /** Server name, or the name of the chain where it takes every name. */
  readonly hostname: string;
  readonly listener: string;
  readonly secret: string;
  readonly reason: Reason;
  readonly cause: string;
  readonly message: string;
  readonly detail: string;
  /** Who withholds it: the hook, or the gate already, so that the hook only sees to it that nobody else answers. */
  readonly by: "gate" | "hook";
  /** RFC 3339; `null` where it is not known. */
  readonly notAfter: string | null;
}

type ListenerStep = Extract<Step, { listener: number }>;

const WITHHOLDS: ReadonlySet<Step["kind"]> = new Set([
  "drop_chain",
  "refuse_chain",
  "add_refusing_chain",
  "drop_listener",
  "park_listener",
]);

/** Every hostname that a plan takes HTTPS from, with the reason, sorted by name. */
export function listWithheld(plan: Plan): WithheldHostname[] {
  const found = new Map<string, WithheldHostname>();
  for (const step of plan.steps) {
    if (!WITHHOLDS.has(step.kind) || !("blame" in step) || !("listenerName" in step)) continue;
    for (const blame of step.blame) {
      const names = blame.hostnames.length > 0
        ? blame.hostnames
        : ["chainName" in step ? step.chainName : "*"];
      for (const hostname of names) {
        const row = describeBlame(hostname, step, blame);
        found.set(`${row.listener} ${hostname} ${row.secret}`, row);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.hostname < b.hostname ? -1 : a.hostname > b.hostname ? 1 : 0);
}

function describeBlame(
  hostname: string,
  step: ListenerStep,
  { secret, verdict, message }: Blame,
): WithheldHostname {
  const dates = verdict.validity ?? { notBefore: -Infinity, notAfter: Infinity };
  return {
    hostname,
    listener: step.listenerName,
    secret,
    reason: verdict.reason,
    cause: verdict.cause,
    message: message ?? describe(hostname, verdict, dates),
    detail: verdict.detail,
    by: step.kind === "add_refusing_chain" ? "gate" : "hook",
    notAfter: verdict.validity && isDate(verdict.validity.notAfter)
      ? new Date(verdict.validity.notAfter).toISOString()
      : null,
  };
}

/** A date of the language reaches as far as this; what is further is none. */
const isDate = (time: number) => Math.abs(time) <= 8.64e15;

const TAKES_NOTHING: ReadonlySet<Step["kind"]> = new Set(["add_refusing_chain", "ask_sds", "set_alpn"]);

/** Names of the listeners that a plan takes something from, each once. */
export function affectedListeners(steps: readonly Step[]): string[] {
  return [
    ...new Set(
      steps.flatMap((step) =>
        "listenerName" in step && !TAKES_NOTHING.has(step.kind) ? [step.listenerName] : []
      ),
    ),
  ];
}

/** How many listeners could not be read well enough to be changed. */
export function leftIntact(plan: Plan): number {
  return plan.findings.filter((finding) => finding.kind === "malformed" && finding.list === "listeners")
    .length;
}
