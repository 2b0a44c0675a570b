import Table from "cli-table3";
import type { DemoHost, Outcome } from "./outcome.ts";

/** Outcomes of both runs, in the order of `hosts`. */
export interface Results {
  readonly hosts: readonly DemoHost[];
  readonly without: readonly Outcome[];
  readonly withHook: readonly Outcome[];
}

/** Many names in one cell: enough to know which, not so many that the table falls apart. */
const NAMES_IN_A_CELL = 40;

/** The table: hosts of which the same is to be said share a row. */
export function renderTable({ hosts, without, withHook }: Results): string {
  const rows = Map.groupBy(
    hosts.keys(),
    (at) => [hosts[at].flaw, without[at].words, withHook[at].words].join("\0"),
  );
  const table = new Table({
    head: ["hostnames", "certificate", "without certgate", "with certgate"],
    colWidths: [46, 24, 28, 28],
    wordWrap: true,
    // Colours come from the words' meaning, not from the table.
    style: { head: [], border: [] },
  });
  const first = (ats: number[]) => [Number(hosts[ats[0]].flaw !== null), ats[0]];
  const sorted = [...rows.values()].sort((a, b) => first(a)[0] - first(b)[0] || first(a)[1] - first(b)[1]);
  for (const ats of sorted) {
    const at = ats[0];
    table.push([
      names(ats.map((at) => hosts[at])),
      hosts[at].flaw ?? "good",
      without[at].words,
      withHook[at].words,
    ]);
  }
  return table.toString();
}

function names(hosts: readonly DemoHost[]): string {
  if (hosts.length === 1) return hosts[0].pair.host;
  const [, domain] = hosts[0].pair.host.split(/\.(.*)/);
  const short = hosts.slice(0, NAMES_IN_A_CELL).map(({ pair }) => pair.host.split(".")[0]);
  const more = hosts.length - short.length;
  return `${hosts.length} hosts under ${domain}: ${short.join(" ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** What the runs came to, in plain words, and whether certgate kept its promise. */
export function conclude(
  { hosts, without, withHook }: Results,
): { readonly words: string; readonly kept: boolean } {
  const good = [...hosts.keys()].filter((at) => hosts[at].flaw === null);
  const bad = [...hosts.keys()].filter((at) => hosts[at].flaw !== null);
  const served = (outcomes: readonly Outcome[]) => good.filter((at) => outcomes[at].kind === "served").length;
  const [before, after] = [served(without), served(withHook)];
  const astray = bad.filter((at) => withHook[at].kind === "neighbour").length;
  const harm = before < good.length
    ? `Without certgate, ${bad.length} certificates that Envoy refuses took HTTPS from ${
      good.length - before
    } of ` +
      `${good.length} innocent hostnames.`
    : `Without certgate no innocent hostname was hit this time; who is hit at a start is chance, so run it again.`;
  const cure = `With certgate ${after} of ${good.length} were served, and ` +
    (astray === 0
      ? `no bad hostname was shown a neighbour's certificate.`
      : `${astray} bad hostnames were shown a neighbour's certificate.`);
  return { words: `${harm}\n${cure}`, kept: after === good.length && astray === 0 };
}
