import pc from "picocolors";
import type { Intent } from "../issuers/mod.ts";
import type { IssuanceState, IssuedPairStatus } from "../model/mod.ts";
import { keyOf } from "./explain_step.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { timeText } from "./status_report.ts";

/** A pair that was asked for, after the round. */
export type IssueRow = IssuedPairStatus;

/**
 * A row for each intent.
 *
 * @param parts `pairs`: what status says. `reasons`: why a pair was left alone, by `namespace/name`; it counts as issued
 * while the one that is there is valid. `now`: milliseconds since the epoch.
 */
export function rowsOf(
  intents: readonly Intent[],
  { pairs, reasons, now }: {
    readonly pairs: readonly IssuedPairStatus[];
    readonly reasons: ReadonlyMap<string, string>;
    readonly now: number;
  },
): IssueRow[] {
  const found = new Map(pairs.map((pair) => [keyOf(pair), pair]));
  return intents.map((intent) => {
    const { namespace, name, issuerRef, dnsNames, owner } = intent;
    const key = keyOf(intent);
    const row = found.get(key);
    const reason = reasons.get(key) ?? null;
    if (row !== undefined && reason === null) return row;
    const isThere = row !== undefined && row.notAfter !== null && Date.parse(row.notAfter) > now;
    return {
      namespace,
      name,
      state: isThere ? "Issued" : "Waiting",
      issuer: `${issuerRef.kind || "Issuer"}/${issuerRef.name}`,
      type: reason === null ? null : "acme",
      dnsNames,
      owner: `${owner.kind} ${owner.namespace}/${owner.name}`,
      notAfter: row?.notAfter ?? null,
      renewAt: null,
      attempts: row?.attempts ?? 0,
      nextAttempt: null,
      message: reason ?? "It has not been asked for yet",
      failure: null,
    };
  });
}

const PAINTS: Readonly<Record<IssuanceState, (text: string) => string>> = {
  Issued: pc.green,
  Waiting: pc.yellow,
  Issuing: pc.yellow,
  Retrying: pc.yellow,
  Exhausted: pc.red,
  NoIssuer: pc.red,
};

/** What `certgate status` and `certgate issue` show of pairs that are issued on this host. */
export function renderPairs(pairs: readonly IssuedPairStatus[]): string {
  if (pairs.length === 0) return "";
  const rows = pairs.map(({ issuer, state, notAfter, renewAt, ...pair }) => [
    printable(keyOf(pair)),
    printable(issuer),
    PAINTS[state](state),
    timeText(notAfter ?? "") || "-",
    timeText(renewAt ?? "") || "-",
  ]);
  return plainTable(["ISSUED SECRET", "ISSUER", "STATE", "VALID UNTIL", "RENEWED AT"], rows);
}

/** What is waited for and what went wrong, a pair each. */
export function pairRemarks(pairs: readonly IssuedPairStatus[]): string {
  return pairs.filter(({ message }) => message !== "").map((pair) => {
    const { message, attempts, nextAttempt, owner, dnsNames } = pair;
    const names = dnsNames.length > 3 ? [...dnsNames.slice(0, 3), `+${dnsNames.length - 3}`] : dnsNames;
    const title = `${keyOf(pair)}: ${names.join(", ") || "no name"}, for ${owner}`;
    const count = attempts === 0 ? "" : `${attempts} failed ${attempts === 1 ? "attempt" : "attempts"}; `;
    const next = nextAttempt === null ? "" : `the next attempt is at ${timeText(nextAttempt)}`;
    const last = `${count}${next}`.replace(/; $/, "");
    return `${printable(title)}\n  ${printable(message)}\n${last === "" ? "" : `  ${last}\n`}`;
  }).join("");
}

/** The table of a round: every pair, what is wrong, the counts. */
export function renderIssued(rows: readonly IssueRow[]): string {
  const remarks = pairRemarks(rows);
  const there = rows.filter(({ state }) => state === "Issued").length;
  const counts = `${there} of ${rows.length} ${rows.length === 1 ? "pair is" : "pairs are"} there`;
  return `${renderPairs(rows)}${remarks === "" ? "" : `\n${remarks}`}${
    rows.length === 0 ? "" : "\n"
  }${counts}\n`;
}
