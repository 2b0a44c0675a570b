import pc from "picocolors";
import type { IntentPlan } from "../issuers/mod.ts";
import type { ResourceFinding } from "../model/mod.ts";
import { type ResourceSet, showComplaint } from "../resources/mod.ts";
import { printable } from "./printable.ts";
import { errorLines } from "./terminal.ts";

/** What is wrong with the files: an error where a file is left out as a whole. */
export function resourceFindings({ findings, good }: ResourceSet): string {
  return findings.map((finding) => lines(good.has(finding.place.file) ? "warning" : "error", finding)).join(
    "",
  );
}

/** What is to be said of the objects; what is only good to know is for those who ask for explanations. */
export function intentFindings({ findings, objects }: IntentPlan, explain: boolean): string {
  const shown = findings.filter(({ severity }) => explain || severity !== "note");
  const text = shown.map((finding) => {
    const kind = finding.severity === "bad" ? "error" : finding.severity;
    return lines(kind, finding, ` (${finding.reason})`);
  }).join("");
  const off = objects.filter(({ state }) => state === "off").length;
  if (off === 0) return text;
  const sets = off === 1 ? "1 ListenerSet is" : `${off} ListenerSets are`;
  return `${text}note: ${sets} passed over: --listener-sets has ${off === 1 ? "it" : "them"} looked at\n`;
}

function lines(
  kind: "error" | "warning" | "note",
  { place, message, hint }: ResourceFinding,
  reason = "",
): string {
  const text = printable(`${showComplaint({ ...place, message, hint: "" })}${reason}`);
  if (kind === "error") return errorLines(text, printable(hint));
  const word = kind === "warning" ? pc.yellow(kind) : kind;
  return `${word}: ${text}\n${hint ? `${pc.cyan("hint")}: ${printable(hint)}\n` : ""}`;
}
