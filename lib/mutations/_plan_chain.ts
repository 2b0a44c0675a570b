import type { Blame, Verdict } from "../model/mod.ts";
import type { ChainView, TlsView } from "../xds/mod.ts";
import type { Judgement } from "./_judgement.ts";
import type { SecretTable } from "./_secret_table.ts";

/** One certificate that leaves a chain. */
export interface LostCertificate {
  readonly from: "sds" | "inline";
  readonly certificate: number;
  readonly blame: Blame;
}

/** What becomes of one filter chain. */
export type ChainFate =
  | { readonly kind: "keep"; readonly lost: readonly LostCertificate[]; readonly bundle: Uint8Array | null }
  | { readonly kind: "drop"; readonly blame: readonly Blame[] };

const KEEP: ChainFate = { kind: "keep", lost: [], bundle: null };

/**
 * - A chain without TLS, or with TLS that no certificate of the snapshot takes part in, is kept.
 * - Certificates are judged one by one; the chain goes when it had some and none is left.
 * - A chain whose client CA cannot be loaded goes: it is never served without the client check.
 * - So does one that waits for session ticket keys which nobody gives.
 * - Members of an inline client CA that are better left out are; the chain stays.
 */
export function planChain(chain: ChainView, secrets: SecretTable, judgement: Judgement): ChainFate {
  if (chain.socket.kind !== "tls") return KEEP;
  const { tls } = chain.socket;
  const lost = lostCertificates(chain, secrets, judgement);
  const blame = (secret: string, verdict: Verdict): Blame => ({
    hostnames: chain.serverNames,
    secret,
    verdict,
  });
  const fatal: Blame[] = [];
  if (tls.trustReference !== null) {
    const verdict = secrets.problem(tls.trustReference, "validation");
    if (verdict !== null) fatal.push(blame(tls.trustReference.name, verdict));
  }
  if (tls.tickets !== null) {
    const verdict = secrets.problem(tls.tickets, "other");
    if (verdict !== null) fatal.push(blame(tls.tickets.name, verdict));
  }
  let bundle: Uint8Array | null = null;
  if (tls.trust !== null) {
    const judged = judgement.judge(tls.trust.material, { name: null, allowExpired: tls.trust.allowExpired });
    if (judged.verdict.action === "withhold") fatal.push(blame("inline client CA", judged.verdict));
    bundle = judged.filtered;
  }
  const had = tls.certificates.length + tls.inlineCertificates.length;
  if (fatal.length > 0 || (had > 0 && lost.length === had)) {
    return { kind: "drop", blame: [...lost.map((one) => one.blame), ...fatal] };
  }
  return lost.length === 0 && bundle === null ? KEEP : { kind: "keep", lost, bundle };
}

function lostCertificates(chain: ChainView, secrets: SecretTable, judgement: Judgement): LostCertificate[] {
  const { tls } = chain.socket as { readonly tls: TlsView };
  const lost: LostCertificate[] = [];
  const lose = (from: LostCertificate["from"], certificate: number, secret: string, verdict: Verdict) => {
    lost.push({ from, certificate, blame: { hostnames: chain.serverNames, secret, verdict } });
  };
  tls.certificates.forEach((reference, index) => {
    const verdict = secrets.problem(reference, "certificate");
    if (verdict !== null) lose("sds", index, reference.name, verdict);
  });
  tls.inlineCertificates.forEach((material, index) => {
    const { verdict } = judgement.judge(material, { name: null, allowExpired: false });
    if (verdict.action === "withhold") lose("inline", index, "inline certificate", verdict);
  });
  return lost;
}
