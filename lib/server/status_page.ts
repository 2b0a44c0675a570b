import {
  digestStatus,
  listControlPlaneTroubles,
  type ListenerRow,
  type PairRow,
  type Trouble,
} from "../health/mod.ts";
import type { GateStatus } from "../model/mod.ts";
import type { AgentStatus } from "./agent_status.ts";
import { escapeHtml, STATUS_PAGE_STYLE } from "./_page_style.ts";

/** Seconds after which a browser asks again. */
const REFRESH = 10;

/** Thousands of hosts that are well would only hide the others, and be rendered again every few seconds. */
const MOST_SERVING = 500;

/**
 * The status page: the same as `certgate status`, for a browser. Rendered here and whole: no script, nothing fetched
 * from anywhere, every value escaped.
 *
 * @param status The body of `/v1/status`.
 * @returns HTML.
 */
export function renderStatusPage(status: AgentStatus): string {
  const { gate, version, ready } = status;
  const withheld = status.snapshots.flatMap((snapshot) => snapshot.withheld);
  const digest = gate === null ? null : digestStatus(gate, status.snapshots, status.sds);
  const usable = digest === null ? withheld.length === 0 : digest.usable;
  const headline = digest?.summary ?? `${withheld.length} hostnames withheld by the hook; the gate is off`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${REFRESH}">
<title>${usable ? "" : "⚠ "}${escapeHtml(headline)} – certgate</title>
<style>${STATUS_PAGE_STYLE}</style>
</head>
<body>
<header><h1>certgate</h1><p class="headline ${usable ? "good" : "bad"}">${escapeHtml(headline)}</p>
${ready ? "" : `<p class="bad">still loading, this is not the whole</p>\n`}</header>
<main>
${
    section(
      "Certificates of Envoy Gateway itself",
      listControlPlaneTroubles(status.controlPlane).map(troubleItem),
    ) + section("What failed in the hook", status.snapshots.flatMap(failureItems))
  }${digest === null || gate === null ? snapshotsPart(withheld) : gatePart(status, gate, digest)}</main>
<footer>certgate ${escapeHtml(version)}${
    gate ? ` · ${escapeHtml(moment(gate.time))}` : ""
  } · asked again every ${REFRESH} s ·
<a href="/v1/status">JSON</a> · <a href="/metrics">metrics</a></footer>
</body>
</html>
`;
}

function gatePart(
  { sds }: AgentStatus,
  gate: GateStatus,
  { rows, pairs, troubles }: ReturnType<typeof digestStatus>,
): string {
  const wrong = rows.filter((row) => !row.usable);
  const others = rows.filter((row) => row.usable);
  return section("Something is wrong", troubles.map(troubleItem)) +
    section("Hosts that do not serve", wrong.map(hostItem)) +
    section("Hosts that serve", others.slice(0, MOST_SERVING).map(hostItem), others.length) +
    (others.length > MOST_SERVING ? "<p>certgate status lists them all.</p>\n" : "") +
    section("Pairs that are not served", pairs.filter((row) => !row.usable).map(pairItem)) +
    section("Pairs that Envoy asks for", ...someOf(pairs.filter((row) => row.usable))) +
    section("What ends next", endsNext(rows, pairs), "") +
    sdsPart(sds) +
    section(
      "Sources",
      gate.sources.map(({ source, up, pairs, watching }) =>
        fact(source, [up ? "up" : "down", count(pairs, "pair"), watching ? "" : "polled only"], up)
      ),
    ) +
    section(
      "Envoys",
      gate.envoys.map(({ admin, up, state, cluster, version, serials }) =>
        fact(cluster || admin, [
          up ? state : "down",
          version,
          up ? count(serials.length, "certificate") : "",
          cluster ? admin : "",
        ], up)
      ),
    ) +
    section(
      "Files",
      gate.output.file === "" ? [] : [
        fact(gate.resources.directory, [
          count(gate.resources.files, "file"),
          count(gate.resources.objects, "object"),
          gate.resources.findings.length > 0 ? count(gate.resources.findings.length, "finding") : "",
        ], true),
        fact(gate.output.file, [
          gate.output.publishedAt ? `written ${moment(gate.output.publishedAt)}` : "not written yet",
          gate.output.revision ? `revision ${gate.output.revision.slice(0, 12)}` : "",
        ], gate.output.message === ""),
      ],
    );
}

function section(title: string, items: readonly string[], note: number | string = items.length): string {
  if (items.length === 0) return "";
  return `<section><h2>${title} <small>${note}</small></h2>\n<ul>\n${items.join("")}</ul></section>\n`;
}

function hostItem(row: ListenerRow): string {
  const attention = row.word === "held" || row.word === "waiting" || row.warnings.length > 0;
  const tone = row.word === "withheld" ? "bad" : attention ? "warn" : "good";
  const facts = [
    row.since ? `since ${moment(row.since)}` : "",
    row.notAfter ? `valid until ${moment(row.notAfter)}` : "",
    `${row.gateway} ${row.listener}${row.owner ? ` (${row.owner})` : ""}, ${row.protocol} ${row.port}`,
    row.secrets.join(", "),
    row.usable ? "" : row.place,
  ];
  return `<li class="${tone}"><b>${escapeHtml(row.hostname)}</b> <span class="word">${row.word}</span>` +
    paragraph(row.message, row.detail) + paragraph(row.hint && `What to do: ${row.hint}`) +
    row.warnings.map((warning) => paragraph(warning)).join("") + factLine(facts) + "</li>\n";
}

/** So many of those that are well, and how many there are. */
function someOf(rows: readonly PairRow[]): [string[], number] {
  return [rows.slice(0, MOST_SERVING).map(pairItem), rows.length];
}

function pairItem(row: PairRow): string {
  const attention = row.word === "held" || row.word === "waiting" || row.warnings.length > 0;
  const tone = row.word === "withheld" ? "bad" : attention ? "warn" : "good";
  const facts = [
    row.notAfter ? `valid until ${moment(row.notAfter)}` : "",
    row.asked > 0 ? `taken by ${row.taken} of ${row.asked}` : "nobody asks for it",
    row.names.slice(0, SHOWN_NAMES).join(", "),
    row.names.length > SHOWN_NAMES ? `${row.names.length - SHOWN_NAMES} more names` : "",
  ];
  return `<li class="${tone}"><b>${escapeHtml(row.secret)}</b> <span class="word">${row.word}</span>` +
    paragraph(row.message, row.detail) + paragraph(row.hint && `What to do: ${row.hint}`) +
    row.warnings.map((warning) => paragraph(warning)).join("") + factLine(facts) + "</li>\n";
}

const SHOWN_NAMES = 3;

function sdsPart(sds: AgentStatus["sds"]): string {
  if (sds === null || sds === undefined) return "";
  const asked = sds.names.filter(({ subscribers }) => subscribers > 0);
  const taken = asked.filter(({ subscribers, accepted }) => accepted >= subscribers);
  return section("Straight to Envoy", [
    fact(sds.listen || "SDS", [
      count(sds.names.length, "name"),
      `${asked.length} asked for`,
      `${taken.length} taken`,
      sds.unknown.length > 0 ? `${sds.unknown.length} asked for and not to be had` : "",
    ], sds.message === ""),
    ...sds.clients.map(({ node, cluster, streams }) =>
      fact(node || "an Envoy without a name", [cluster, count(streams, "stream")], true)
    ),
    ...sds.bundles.map(({ kind, namespace, name, file, members, notAfter }) =>
      fact(`${kind} ${namespace}/${name}`, [
        members === 1 ? "1 authority" : `${members} authorities`,
        notAfter ? `valid until ${moment(notAfter)}` : "",
        file,
      ], members > 0)
    ),
  ], "");
}

function troubleItem({ about, level, subject, message, hint }: Trouble): string {
  return `<li class="${level === "failed" ? "bad" : "warn"}"><b>${escapeHtml(about)}</b>` +
    (about === subject ? "" : ` <code>${escapeHtml(subject)}</code>`) + paragraph(message) +
    paragraph(hint && `What to do: ${hint}`) + "</li>\n";
}

/** How a failure was answered, in words. */
const ACTION_WORDS = { open: "left out", closed: "refused", http500: "answers 500" } as const;

function failureItems({ gateways, listeners, failures = [], refused }: AgentStatus["snapshots"][number]) {
  const whose = gateways.map(({ namespace, name }) => `${namespace}/${name}`).join(", ") || listeners[0] ||
    "";
  const refusal = refused
    ? [
      `<li class="bad"><b>${escapeHtml(whose)}</b> <span class="word">refused</span>` +
      paragraph(refused.message) + paragraph("Envoy Gateway goes on with the answer before.") +
      factLine([`since ${moment(refused.at)}`]) + "</li>\n",
    ]
    : [];
  return [
    ...refusal,
    ...failures.map(({ mutation, hook, action, message, place, targets }) =>
      `<li class="warn"><b>${escapeHtml(mutation ?? hook)}</b> <span class="word">${
        ACTION_WORDS[action]
      }</span>` +
      paragraph(message) +
      factLine([whose, place, targets > 1 ? `${targets} places` : ""]) + "</li>\n"
    ),
  ];
}

const SHOWN_ENDS = 5;

function endsNext(rows: readonly ListenerRow[], pairs: readonly PairRow[]): string[] {
  const named = pairs.map(({ secret, notAfter }) => ({ hostname: secret, notAfter }));
  const ending = [...rows, ...named].filter((row) => row.notAfter !== null)
    .sort((a, b) => a.notAfter! < b.notAfter! ? -1 : a.notAfter! > b.notAfter! ? 1 : 0);
  return ending.slice(0, SHOWN_ENDS).map(({ hostname, notAfter }) =>
    `<li class="plain"><b>${escapeHtml(hostname)}</b> ${escapeHtml(moment(notAfter!))}</li>\n`
  );
}

function snapshotsPart(withheld: AgentStatus["snapshots"][number]["withheld"]): string {
  const items = withheld.map(({ hostname, listener, secret, message, detail }) =>
    `<li class="bad"><b>${escapeHtml(hostname)}</b> <span class="word">withheld</span>` +
    paragraph(message, detail) + factLine([listener, secret]) + "</li>\n"
  );
  return items.length > 0
    ? section("Hosts that the hook withholds", items)
    : `<p>The hook withholds nothing.</p>\n`;
}

function fact(title: string, facts: readonly string[], good: boolean): string {
  return `<li class="${good ? "plain" : "bad"}"><b>${escapeHtml(title)}</b>${factLine(facts)}</li>\n`;
}

function factLine(facts: readonly string[]): string {
  return `<p class="facts">${facts.filter((text) => text !== "").map(escapeHtml).join(" · ")}</p>`;
}

function paragraph(text: string, detail = ""): string {
  if (text === "") return "";
  return `<p>${escapeHtml(text)}${detail ? ` <small>(${escapeHtml(detail)})</small>` : ""}</p>`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function moment(time: string): string {
  return time.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
}
