import { certificateStatus } from "./agent_names.ts";
import { type CertificateFacts, HOOK_TLS_PARTS, type HookTlsStatus } from "./model/mod.ts";
import type { Metrics } from "./outputs/mod.ts";
import type { Config } from "./resources/mod.ts";
import type { HookIdentity, HookTrust } from "./server/mod.ts";

/** What is known of the hook's TLS. */
export interface HookTlsState {
  readonly identity: HookIdentity;
  readonly trust: HookTrust;
  readonly problems: Readonly<Record<(typeof HOOK_TLS_PARTS)[number], string>>;
  readonly allowedNames: readonly string[];
  readonly refused: HookTlsStatus["refused"];
  readonly expiresSoon: Config["gate"]["expiresSoon"];
}

/**
 * TLS of the hook as `/v1/status` shows it.
 *
 * @param now Milliseconds since the epoch.
 */
export function hookTlsStatus(state: HookTlsState, now: number): HookTlsStatus {
  const { identity: { leaf }, trust: { anchors, leftOut }, problems } = state;
  const soon = (facts: CertificateFacts) => isSoon(facts, state.expiresSoon, now);
  // Clients get in as long as one of them lasts, so it is the last end that counts.
  const last = anchors.map(({ facts }) => facts).reduce((a, b) => a.notAfter >= b.notAfter ? a : b);
  return {
    identity: {
      certificate: certificateStatus(leaf),
      expired: now >= leaf.notAfter + 1000,
      expiresSoon: soon(leaf),
      problem: problems.identity,
    },
    trust: {
      authorities: anchors.map(({ facts }) => certificateStatus(facts)),
      leftOut,
      expiresSoon: soon(last),
      problem: problems.trust,
    },
    allowedNames: state.allowedNames,
    refused: state.refused,
  };
}

/** Shows it to Prometheus as well. */
export function showHookTls(metrics: Metrics, { identity, trust }: HookTlsStatus): void {
  const ends = {
    identity: Date.parse(identity.certificate.notAfter),
    trust: Math.max(...trust.authorities.map(({ notAfter }) => Date.parse(notAfter))),
  };
  const parts = { identity, trust };
  for (const part of HOOK_TLS_PARTS) {
    metrics.set("certgate_hook_tls_reload_failed", parts[part].problem === "" ? 0 : 1, { part });
    metrics.set("certgate_hook_tls_expiry_timestamp_seconds", ends[part] / 1000, { part });
    metrics.set("certgate_hook_tls_expires_soon", parts[part].expiresSoon ? 1 : 0, { part });
  }
  metrics.set("certgate_hook_tls_authorities", trust.authorities.length);
}

function isSoon(
  { notBefore, notAfter }: CertificateFacts,
  rule: Config["gate"]["expiresSoon"],
  now: number,
): boolean {
  const left = typeof rule === "number"
    ? (notAfter - notBefore) * rule
    : Number(rule.slice(0, -1)) * 86_400_000;
  return now >= notAfter - left;
}
