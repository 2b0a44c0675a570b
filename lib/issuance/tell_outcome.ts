import type { Log } from "../model/mod.ts";
import { issuerTitle } from "./find_issuer.ts";
import type { IssuanceMetrics } from "./issuance_metrics.ts";
import type { IssuedPair, OpenIssuer } from "./issued_pair.ts";
import type { IssueOutcome } from "./run_issue.ts";

/** Counts an attempt and writes it to the log; one that was cut off is neither. */
export function tellOutcome(
  pair: IssuedPair & { readonly issuer: OpenIssuer },
  outcome: IssueOutcome,
  { log, metrics }: { readonly log: Log; readonly metrics: IssuanceMetrics },
): void {
  const issuer = issuerTitle(pair.issuer.config);
  const { key, record, stored, trouble } = pair;
  if (outcome.kind === "issued") {
    metrics.add("certgate_issuance_attempts_total", { issuer, outcome: "issued" });
    const notAfter = new Date(stored!.summary.notAfter).toISOString();
    log.info("a certificate was issued", { key, issuer, notAfter });
  } else if (outcome.kind === "failed") {
    const { kind, message } = outcome.failure;
    metrics.add("certgate_issuance_attempts_total", { issuer, outcome: "failed" });
    metrics.add("certgate_issuance_failures_total", { issuer, kind });
    const next = record.next === null ? null : new Date(record.next).toISOString();
    log.warn("a certificate could not be issued", {
      key,
      issuer,
      kind,
      message,
      attempts: record.attempts,
      next,
    });
  } else if (outcome.kind !== "cut") {
    log.warn("what was issued is not in its place yet, or could not be asked for", { key, issuer, trouble });
  }
}
