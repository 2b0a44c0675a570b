import pc from "picocolors";
import type { IssuanceStatus, IssuerStatus } from "../model/mod.ts";
import { pairRemarks, renderPairs } from "./issue_report.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";

/**
 * Certificates that are issued on this host, for people: pairs that are waited for or fail, issuers that fail, what is wrong
 * with annotations. Empty where nothing is issued, and while all is well.
 *
 * @param all Also what is well.
 */
export function renderIssuance(status: IssuanceStatus | null | undefined, all: boolean): string {
  if (status === null || status === undefined) return "";
  const { issuers, objects, directory } = status;
  const pairs = status.pairs.filter(({ state }) => all || state !== "Issued");
  const shown = issuers.filter(({ failing }) => all || failing > 0);
  return [
    renderPairs(pairs),
    pairRemarks(pairs),
    shown.length === 0 ? "" : plainTable(ISSUER_HEAD, shown.map(issuerRow)),
    objects.map(objectText).join(""),
    all ? `issued pairs ${printable(directory)}: ${status.pairs.length}\n` : "",
  ].filter((part) => part !== "").join("\n");
}

const ISSUER_HEAD = ["ISSUER", "KIND", "PAIRS", "FAILED ATTEMPTS", "LATEST FAILURE"];

function issuerRow({ issuer, type, pairs, failing, message }: IssuerStatus): string[] {
  return [
    printable(issuer),
    type,
    String(pairs),
    failing > 0 ? pc.red(String(failing)) : "0",
    printable(message) || "-",
  ];
}

/** What is wrong with the annotations of an object. */
function objectText({ object, conditions }: IssuanceStatus["objects"][number]): string {
  const bad = conditions.filter(({ status, message }) => status === "False" && message !== "");
  return bad.map(({ reason, message }) =>
    `${pc.yellow(printable(object))}\n  ${printable(message)} (${printable(reason)})\n`
  ).join("");
}
