import type { Finding, ListName } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import { referencesOf } from "./_references.ts";
import type { SecretTable } from "./_secret_table.ts";

/** What is wrong with the snapshot as a whole, and changes nothing by itself. */
export function findProblems(snapshot: Snapshot, secrets: SecretTable): Finding[] {
  return [...incomplete(snapshot), ...malformed(snapshot), ...unresolved(snapshot, secrets)];
}

const UNSET = "is empty; if there should be something in it, set includeAll for it";

function incomplete(snapshot: Snapshot): Finding[] {
  const findings: Finding[] = [];
  const miss = (list: ListName, why: string) => {
    findings.push({ kind: "incomplete_input", list, detail: `the list ${UNSET}: ${why}` });
  };
  const listeners = snapshot.count("listeners") > 0;
  if (!listeners && snapshot.count("secrets") + snapshot.count("clusters") > 0) {
    miss("listeners", "no filter chain can be taken out, so withheld certificates can only be replaced");
  }
  if (snapshot.count("secrets") === 0 && refersToSecrets(snapshot)) {
    miss("secrets", "certificates are referred to and none is there, so none is judged");
  }
  if (listeners && snapshot.count("clusters") === 0) {
    miss("clusters", "withheld certificates are replaced instead of removed, since a cluster may need them");
  }
  if (listeners && snapshot.count("routes") === 0) miss("routes", "only hosts without HTTP do without");
  return findings;
}

function refersToSecrets(snapshot: Snapshot): boolean {
  const parts = [
    ...snapshot.listeners.flatMap(({ chains }) => chains),
    ...snapshot.clusters.flatMap(({ contexts }) => contexts),
  ];
  return parts.some(({ socket }) => socket.kind === "tls" && [...referencesOf(socket.tls)].length > 0);
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

function unresolved(snapshot: Snapshot, secrets: SecretTable): Finding[] {
  const findings: Finding[] = [];
  if (secrets.entries.length === 0) return findings;
  for (const { name: listener, chains } of snapshot.listeners) {
    for (const { socket, name: chain } of chains) {
      if (socket.kind !== "tls") continue;
      for (const { reference: { name } } of referencesOf(socket.tls)) {
        if (secrets.named(name).length > 0) continue;
        findings.push({
          kind: "unresolved_reference",
          name,
          usedBy: `listener "${listener}", chain "${chain}"`,
        });
      }
    }
  }
  return findings;
}
