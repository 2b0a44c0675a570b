import pc from "picocolors";
import { describe, HINTS } from "../health/mod.ts";
import type { Facts, Verdict, Warning } from "../model/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";

/** One judged pair, as the report shows it. */
export interface CheckedPair {
  readonly path: string;
  readonly name: string;
  readonly facts: Facts;
  readonly verdict: Verdict;
  readonly warnings: readonly Warning[];
  /** What to do, where the place on disk says more than the cause. */
  readonly hint: string;
}

/**
 * The report for other programs: one object with the list `pairs`. Dates are RFC 3339 in UTC, `null` where the
 * certificate cannot be read; warnings are their codes.
 */
export function pairsData(pairs: readonly CheckedPair[]): { readonly pairs: readonly object[] } {
  return { pairs: pairs.map(toData) };
}

function toData(pair: CheckedPair) {
  const { facts, verdict } = pair;
  return {
    path: pair.path,
    name: pair.name,
    hostnames: facts.certificates[0]?.names ?? [],
    notBefore: rfc3339(facts.notBefore),
    notAfter: rfc3339(facts.notAfter),
    verdict: verdict.action,
    reason: verdict.reason,
    cause: verdict.cause,
    message: messageOf(pair),
    warnings: pair.warnings.map((warning) => warning.code),
  };
}

function rfc3339(moment: number): string | null {
  return Number.isFinite(moment) ? new Date(moment).toISOString().replace(".000Z", "Z") : null;
}

function hostOf(pair: CheckedPair): string {
  return pair.facts.certificates[0]?.names[0] ?? pair.name;
}

function messageOf(pair: CheckedPair): string {
  return describe(hostOf(pair), pair.verdict, pair.facts);
}

/** The report as a table with, below it, what is wrong with each pair and what to do. */
export function renderTable(pairs: readonly CheckedPair[]): string {
  const rows = pairs.map(({ verdict, warnings, path, facts }) => {
    const paint = verdict.action === "withhold" ? pc.red : warnings.length > 0 ? pc.yellow : pc.green;
    return [paint(verdict.action), verdict.reason, printable(path), shorten(facts), day(facts.notAfter)];
  });
  const table = plainTable(["VERDICT", "REASON", "PAIR", "HOSTNAMES", "VALID UNTIL"], rows);
  return `${table}${pairs.map(remarks).join("")}`;
}

/** One line with the counts, for the end of a report. */
export function renderSummary(pairs: readonly CheckedPair[]): string {
  const withheld = pairs.filter((pair) => pair.verdict.action === "withhold").length;
  const warned = pairs.filter((pair) => pair.warnings.length > 0).length;
  return `${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"}: ${pairs.length - withheld} usable, ` +
    `${withheld} withheld, ${warned} with warnings\n`;
}

function remarks(pair: CheckedPair): string {
  const { verdict } = pair;
  let text = "";
  if (verdict.action === "withhold") {
    const detail = verdict.detail ? ` (${verdict.cause}: ${verdict.detail})` : ` (${verdict.cause})`;
    const hint = pair.hint || HINTS[verdict.cause];
    text += `\n${printable(pair.path)}\n  ${printable(messageOf(pair))}${pc.dim(printable(detail))}\n`;
    if (hint) text += `  ${pc.cyan("hint")}: ${printable(hint)}\n`;
  } else if (pair.warnings.length > 0) text += `\n${printable(pair.path)}\n`;
  for (const { message } of pair.warnings) text += `  ${pc.yellow("warning")}: ${printable(message)}\n`;
  return text;
}

function shorten(facts: Facts): string {
  const names = facts.certificates[0]?.names ?? [];
  const shown = printable(names.slice(0, 2).join(", "));
  const text = names.length > 2 ? `${shown} +${names.length - 2}` : shown;
  return text.length > 60 ? `${text.slice(0, 59)}…` : text || "-";
}

function day(moment: number): string {
  return Number.isFinite(moment) ? new Date(moment).toISOString().slice(0, 16).replace("T", " ") : "-";
}
