import pc from "picocolors";
import {
  digestStatus,
  listControlPlaneTroubles,
  listDependentTroubles,
  type ListenerRow,
  type Trouble,
} from "../health/mod.ts";
import type { ControlPlaneStatus, DependentStatus, GateStatus, PairStatus, SdsStatus } from "../model/mod.ts";
import type { SnapshotStatus } from "../server/mod.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";
import { showPlace } from "./show_place.ts";
import { pairRemark, renderPairRows, renderSdsTables, sdsLine, WORD_PAINTS } from "./status_sds.ts";

/**
 * The status for people: every listener, then what is wrong elsewhere, then the counts.
 *
 * @param snapshots The latest answers of the hook.
 * @param options `all`: also what is well: sources, certificates, Envoys and the file for Envoy Gateway. `policy`: what
 * there is to say of local policy. `sds`: what is known of delivery straight to Envoy.
 */
export function renderStatus(
  status: GateStatus,
  snapshots: readonly SnapshotStatus[],
  { all, policy, sds }: {
    readonly all: boolean;
    readonly policy: string;
    readonly sds?: SdsStatus | null;
  },
): string {
  const digest = digestStatus(status, snapshots, sds);
  const rows = digest.rows.map((row) => [
    printable(row.gateway),
    printable(row.listener),
    printable(row.hostname),
    printable(row.secrets.join(", ")) || "-",
    paintWord(row),
    timeText(row.since) || "-",
  ]);
  const tables = (rows.length === 0 ? "" : plainTable(HEAD, rows)) + renderPairRows(digest.pairs);
  return tables +
    section([...digest.rows.map(remarkOf), ...digest.pairs.map(pairRemark)]) +
    section(digest.troubles.map(troubleText)) +
    section([policy]) +
    (all ? renderRest(status) + renderSdsTables(sds) : "") +
    `${tables !== "" || policy !== "" ? "\n" : ""}${sdsLine(sds)}${digest.summary}\n`;
}

const HEAD = ["GATEWAY", "LISTENER", "HOSTNAME", "SECRET", "STATE", "SINCE"];

function paintWord({ word, warnings }: ListenerRow): string {
  return warnings.length > 0 && word === "serving" ? pc.yellow(word) : WORD_PAINTS[word](word);
}

function section(texts: readonly string[]): string {
  const text = texts.join("");
  return text === "" ? "" : `\n${text}`;
}

function remarkOf(row: ListenerRow): string {
  const lines: string[] = [];
  if (row.message) {
    const detail = row.detail ? pc.dim(` (${printable(row.detail)})`) : "";
    lines.push(`${printable(row.message)}${detail}`);
  }
  if (row.hint) lines.push(`${pc.cyan("hint")}: ${printable(row.hint)}`);
  for (const warning of row.warnings) lines.push(`${pc.yellow("warning")}: ${printable(warning)}`);
  if (lines.length === 0) return "";
  const owner = row.owner ? ` of ${row.owner}` : "";
  const title = printable(`${row.hostname}: listener "${row.listener}"${owner}, ${row.place}`);
  return `${title}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function troubleText({ about, level, subject, message, hint }: Trouble): string {
  const paint = level === "failed" ? pc.red : pc.yellow;
  const title = about === subject ? about : `${about} ${subject}`;
  const advice = hint ? `  ${pc.cyan("hint")}: ${printable(hint)}\n` : "";
  return `${paint(printable(title))}\n  ${printable(message)}\n${advice}`;
}

function renderRest(status: GateStatus): string {
  const { output, resources } = status;
  const sources = status.sources.map(({ source, up, pairs, watching }) => [
    printable(source),
    up ? "up" : pc.red("down"),
    String(pairs),
    watching ? "heard" : "polled only",
  ]);
  const envoys = status.envoys.map(({ admin, up, state, cluster, version, serials }) => [
    printable(admin),
    up ? printable(state) : pc.red("down"),
    printable(cluster) || "-",
    printable(version) || "-",
    String(serials.length),
  ]);
  const pairs = status.pairs.map((pair) => [
    printable(`${pair.namespace}/${pair.name}`),
    pair.serving ?? pc.red("none"),
    pair.verdict.reason,
    pair.delivery ?? "gateway",
    timeText(pair.served?.notAfter ?? pair.current?.notAfter ?? "") || "-",
    printable(originText(pair)),
  ]);
  const tables: [string[], string[][]][] = [
    [["SECRET", "SERVED", "LAST ARRIVED", "DELIVERY", "VALID UNTIL", "FROM"], pairs],
    [["SOURCE", "STATE", "PAIRS", "EVENTS"], sources],
    [["ENVOY", "STATE", "GATEWAY", "VERSION", "CERTIFICATES"], envoys],
  ];
  return tables.map(([head, rows]) => rows.length === 0 ? "" : `\n${plainTable(head, rows)}`).join("") +
    "\n" +
    // Without Envoy Gateway there is neither.
    (output.file === ""
      ? ""
      : `resources ${
        printable(resources.directory)
      }: ${resources.files} files, ${resources.objects} objects\n` +
        `output ${printable(output.file)}: revision ${printable(output.revision) || "-"}, ` +
        `written ${timeText(output.publishedAt ?? "") || "never"}\n`) +
    (status.nextEdge === null ? "" : `next change by itself: ${timeText(status.nextEdge)}\n`);
}

/** Where a pair comes from: a path, or the place of the Secret among the resources. */
export function originText({ origin }: Pick<PairStatus, "origin">): string {
  return origin.kind === "source" ? origin.path : showPlace(origin.place);
}

/** `2030-06-01 12:00:00Z` of an RFC 3339 time; empty for anything else. */
export function timeText(time: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(time) ? `${time.slice(0, 10)} ${time.slice(11, 19)}Z` : "";
}

/** What there is to know of the certificates of Envoy Gateway itself; empty while all is well. */
export function renderControlPlane(
  status: ControlPlaneStatus | undefined,
  dependents?: readonly DependentStatus[],
): string {
  return [...listControlPlaneTroubles(status), ...listDependentTroubles(dependents)].map(troubleText).join(
    "",
  );
}

/** What the hook withholds, for a host whose gate is off. */
export function renderSnapshots(snapshots: readonly SnapshotStatus[]): string {
  const withheld = snapshots.flatMap((snapshot) => snapshot.withheld);
  const remarks = withheld.map(({ hostname, listener, message, detail }) => {
    const more = detail ? pc.dim(` (${printable(detail)})`) : "";
    return `${printable(`${hostname}: listener "${listener}"`)}\n  ${printable(message)}${more}\n`;
  });
  const head = ["LISTENER", "HOSTNAME", "SECRET", "STATE"];
  const rows = withheld.map(({ listener, hostname, secret }) => [
    printable(listener),
    printable(hostname),
    printable(secret),
    pc.red("withheld"),
  ]);
  const count = snapshots.length;
  return (rows.length === 0 ? "" : `${plainTable(head, rows)}${section(remarks)}\n`) +
    `the gate is off; the hook has answered ${count} ${
      count === 1 ? "snapshot" : "snapshots"
    } and withholds ` +
    `${withheld.length} ${withheld.length === 1 ? "hostname" : "hostnames"}\n`;
}
