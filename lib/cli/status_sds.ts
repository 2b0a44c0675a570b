import pc from "picocolors";
import type { ListenerWord, PairRow } from "../health/mod.ts";
import type { SdsStatus } from "../model/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { timeText } from "./status_report.ts";

/** How each word for a listener or a pair is painted. */
export const WORD_PAINTS: Readonly<Record<ListenerWord, (text: string) => string>> = {
  serving: pc.green,
  published: pc.green,
  held: pc.yellow,
  waiting: pc.yellow,
  withheld: pc.red,
};

/** The pairs that Envoys ask certgate for, for people: a row each. Empty where there is none. */
export function renderPairRows(rows: readonly PairRow[]): string {
  if (rows.length === 0) return "";
  return plainTable(
    PAIR_HEAD,
    rows.map(({ secret, names, word, warnings, asked, taken, notAfter }) => [
      printable(secret),
      namesText(names),
      warnings.length > 0 && word === "serving" ? pc.yellow(word) : WORD_PAINTS[word](word),
      asked === 0 ? "-" : `${taken} of ${asked}`,
      timeText(notAfter ?? "") || "-",
    ]),
  );
}

const PAIR_HEAD = ["SECRET", "NAMES", "STATE", "TAKEN BY", "VALID UNTIL"];

/** More names of one certificate would only hide the other columns. */
const NAMES = 3;

function namesText(names: readonly string[]): string {
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : "";
  return printable(names.slice(0, NAMES).join(", ")) + more || "-";
}

/** What there is to say of each pair that is not well, or has advice. */
export function pairRemark({ secret, message, detail, hint, warnings }: PairRow): string {
  const lines = [
    ...message === "" ? [] : [`${printable(message)}${detail ? pc.dim(` (${printable(detail)})`) : ""}`],
    ...hint === "" ? [] : [`${pc.cyan("hint")}: ${printable(hint)}`],
    ...warnings.map((warning) => `${pc.yellow("warning")}: ${printable(warning)}`),
  ];
  return lines.length === 0
    ? ""
    : `${printable(`pair ${secret}`)}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** Where Envoys ask, how many do, and what they have: one line. Empty where nothing is delivered so. */
export function sdsLine(sds: SdsStatus | null | undefined): string {
  if (sds === null || sds === undefined || sds.message !== "") return "";
  const { listen, clients, names, unknown } = sds;
  const asked = names.filter(({ subscribers }) => subscribers > 0);
  const taken = asked.filter(({ subscribers, accepted }) => accepted >= subscribers);
  const count = clients.length;
  return `sds ${printable(listen)}: ${count} ${
    count === 1 ? "Envoy" : "Envoys"
  } connected; of ${names.length} ` +
    `names ${asked.length} are asked for, ${taken.length} are taken` +
    `${unknown.length > 0 ? `; ${unknown.length} asked for and not to be had` : ""}\n`;
}

/** Who is connected and what bundles there are, for people. */
export function renderSdsTables(sds: SdsStatus | null | undefined): string {
  if (sds === null || sds === undefined) return "";
  const clients = sds.clients.map(({ node, cluster, streams }) => [
    printable(node) || "-",
    printable(cluster) || "-",
    String(streams),
  ]);
  const bundles = sds.bundles.map(({ kind, namespace, name, members, notAfter, file }) => [
    printable(`${namespace}/${name}`),
    kind,
    members === 0 ? pc.red("0") : String(members),
    timeText(notAfter ?? "") || "-",
    printable(file),
  ]);
  const tables: [string[], string[][]][] = [
    [["CONNECTED", "CLUSTER", "STREAMS"], clients],
    [["BUNDLE", "KIND", "AUTHORITIES", "VALID UNTIL", "FILE"], bundles],
  ];
  return tables.map(([head, rows]) => rows.length === 0 ? "" : `\n${plainTable(head, rows)}`).join("");
}
