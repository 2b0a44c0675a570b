import type { Validity } from "../pki/mod.ts";
import type { IssueRequest } from "./issuer.ts";

/** Clocks of clients are a little behind, some more than a little; a certificate from this second is from the future to them. */
const BACK = 60_000;
/** What cert-manager takes where nothing is asked for. */
const USUAL = 90 * 86_400_000;

/** The time for which a certificate that is signed on this host is valid. */
export function validityOf({ intent, notAfterWanted }: IssueRequest, now: number): Validity {
  return { notBefore: now - BACK, end: notAfterWanted ?? now + (intent.duration?.milliseconds ?? USUAL) };
}
