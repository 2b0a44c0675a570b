import type { Finding, ListName, Step } from "../model/mod.ts";
import type { Snapshot, SocketView } from "../xds/mod.ts";
import { eachMention } from "./_references.ts";

/** What is wrong with the snapshot as a whole, and changes nothing by itself. */
export function findProblems(snapshot: Snapshot): Finding[] {
  return [...incomplete(snapshot), ...malformed(snapshot)];
}

const UNSET = "is empty; if there should be something in it, set includeAll for it";

function incomplete(snapshot: Snapshot): Finding[] {
  const findings: Finding[] = [];
  const miss = (list: ListName, why: string) => {
    findings.push({ kind: "incomplete_input", list, detail: `the list ${UNSET}: ${why}` });
  };
  const listeners = snapshot.count("listeners") > 0;
  const anything = listeners || snapshot.count("secrets") + snapshot.count("clusters") > 0;
  if (!listeners && anything) {
    miss("listeners", "no filter chain can be taken out, so withheld certificates can only be replaced");
  }
  if (snapshot.count("secrets") === 0 && refersToSecrets(snapshot)) {
    miss("secrets", "certificates are referred to and none is there, so none is judged");
  }
  if (anything && snapshot.count("routes") === 0 && (!listeners || servesHttp(snapshot))) {
    miss("routes", "only hosts without HTTP do without");
  }
  return findings;
}

// A Gateway that only passes TCP on has no route configurations, and nothing is missing.
function servesHttp(snapshot: Snapshot): boolean {
  const listeners = snapshot.resources("listeners");
  return snapshot.listeners.some(({ index, chains }) =>
    chains.some(({ socket }) => socket.kind === "tls") &&
    Buffer.from(listeners[index].buffer, listeners[index].byteOffset, listeners[index].byteLength)
      .includes("HttpConnectionManager")
  );
}

function refersToSecrets(snapshot: Snapshot): boolean {
  let found = false;
  const look = ({ socket }: { readonly socket: SocketView }) => {
    if (socket.kind === "tls") eachMention(socket.tls, () => found = true);
  };
  snapshot.listeners.forEach(({ chains }) => chains.forEach(look));
  snapshot.clusters.forEach(({ contexts }) => contexts.forEach(look));
  return found;
}

function malformed(snapshot: Snapshot): Finding[] {
  const findings: Finding[] = [];
  const report = (list: ListName, index: number, name: string) => {
    findings.push({
      kind: "malformed",
      list,
      index,
      detail: `"${name}" does not read; it goes out as it came`,
    });
  };
  if (!snapshot.intact) {
    findings.push({ kind: "malformed", list: "request", index: 0, detail: "the request breaks off" });
  }
  for (const list of ["clusters", "secrets", "listeners"] as const) {
    for (const view of snapshot[list]) if (view.malformed) report(list, view.index, view.name);
  }
  return findings;
}

/** Names that a chain was dropped for, or lost a certificate for, because nothing loadable stands behind them. */
export function unresolvedNames(steps: readonly Step[]): Finding[] {
  return steps.flatMap((step) => {
    if (!("listener" in step) || step.kind === "add_refusing_chain") return [];
    const chain = "chainName" in step ? `, chain "${step.chainName}"` : "";
    return step.blame.filter(({ verdict }) => verdict.cause === "secret_missing").map((
      { secret },
    ): Finding => (
      { kind: "unresolved_reference", name: secret, usedBy: `listener "${step.listenerName}"${chain}` }
    ));
  });
}
