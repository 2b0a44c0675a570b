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

/** The fate of nearly every chain, and the same object each time, so that others can tell at once. */
export const KEEP: ChainFate = { kind: "keep", lost: [], bundle: null };
const NONE: readonly LostCertificate[] = [];

/**
 * - A chain without TLS, or with TLS that no certificate of the snapshot takes part in, is kept.
 * - Certificates are judged one by one; the chain goes when it had some and none is left.
 * - A chain whose client CA cannot be loaded goes: it is never served without the client check.
 * - So does one that waits for session ticket keys which nobody gives.
 * - Members of an inline client CA that are better left out are; the chain stays.
 */
export function planChain(chain: ChainView, secrets: SecretTable, judgement: Judgement): ChainFate {
  if (chain.socket.kind !== "tls") return KEEP;
  const lost = lostCertificates(chain, secrets, judgement);
  const { tls } = chain.socket;
  const { fatal, bundle } = tls.trustReference === null && tls.trust === null && tls.tickets === null
    ? NOTHING_ELSE
    : judgeTheRest(chain, tls, { secrets, judgement });
  const had = tls.certificates.length + tls.inlineCertificates.length;
  if (fatal.length > 0 || (had > 0 && lost.length === had)) {
    return { kind: "drop", blame: [...lost.map((one) => one.blame), ...fatal] };
  }
  return lost.length === 0 && bundle === null ? KEEP : { kind: "keep", lost, bundle };
}

/** What the client CA and the ticket keys of a chain come to. */
interface Rest {
  /** Each a ground to drop the chain. */
  readonly fatal: readonly Blame[];
  readonly bundle: Uint8Array | null;
}

const NOTHING_ELSE: Rest = { fatal: [], bundle: null };

interface Judges {
  readonly secrets: SecretTable;
  readonly judgement: Judgement;
}

function judgeTheRest(
  chain: ChainView,
  { trust, trustReference, tickets }: TlsView,
  { secrets, judgement }: Judges,
): Rest {
  const fatal: Blame[] = [];
  const blame = (secret: string, verdict: Verdict | null) => {
    if (verdict?.action === "withhold") fatal.push({ hostnames: chain.serverNames, secret, verdict });
  };
  if (trustReference !== null) blame(trustReference.name, secrets.problem(trustReference, "validation"));
  if (tickets !== null) blame(tickets.name, secrets.problem(tickets, "other"));
  if (trust === null) return { fatal, bundle: null };
  const { verdict, filtered } = judgement.judge(trust.material, {
    name: null,
    allowExpired: trust.allowExpired,
  });
  blame("inline client CA", verdict);
  return { fatal, bundle: filtered };
}

function lostCertificates(
  chain: ChainView,
  secrets: SecretTable,
  judgement: Judgement,
): readonly LostCertificate[] {
  const { certificates, inlineCertificates } = (chain.socket as { readonly tls: TlsView }).tls;
  let lost: LostCertificate[] | null = null;
  const lose = (from: LostCertificate["from"], certificate: number, secret: string, verdict: Verdict) => {
    (lost ??= []).push({ from, certificate, blame: { hostnames: chain.serverNames, secret, verdict } });
  };
  for (let index = 0; index < certificates.length; index++) {
    const verdict = secrets.problem(certificates[index], "certificate");
    if (verdict !== null) lose("sds", index, certificates[index].name, verdict);
  }
  for (let index = 0; index < inlineCertificates.length; index++) {
    const { verdict } = judgement.judge(inlineCertificates[index], { name: null, allowExpired: false });
    if (verdict.action === "withhold") lose("inline", index, "inline certificate", verdict);
  }
  return lost ?? NONE;
}
