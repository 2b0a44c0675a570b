import { CAUSES, type Verdict } from "../model/mod.ts";
import { dateText } from "./_date_text.ts";

/** When a certificate is valid, in milliseconds since the epoch. */
export interface ValidityDates {
  /** The first moment. */
  readonly notBefore: number;
  /** The last second. */
  readonly notAfter: number;
}

/**
 * Says in plain words what a verdict means for a hostname, for people who never heard of certificates' file formats.
 *
 * @param hostname The name that is affected.
 * @param verdict The verdict on its pair.
 * @param dates When the pair is valid.
 * @returns One to three sentences; empty where the pair is served.
 */
export function describe(hostname: string, verdict: Verdict, dates: ValidityDates): string {
  if (verdict.action === "serve") return "";
  switch (verdict.reason) {
    case "Usable":
      return "";
    case "Expired":
      return `HTTPS for ${hostname} is stopped: its certificate ran out on ${dateText(dates.notAfter)}. ` +
        "It starts again once a valid certificate is in place. If you moved the domain, check its DNS.";
    case "NotYetValid":
      return `HTTPS for ${hostname} starts on ${
        dateText(dates.notBefore)
      }, when its certificate becomes valid. ` +
        "Nothing to do.";
    case "Pending":
      if (verdict.cause === "not_issued" && verdict.detail !== "") {
        return `HTTPS for ${hostname} starts once its certificate is issued. ${verdict.detail}.`;
      }
      return `No certificate could be obtained for ${hostname} yet, so HTTPS is off. ` +
        "Check that the domain points here.";
    case "Missing":
      return `The certificate files for ${hostname} are not there, so HTTPS is off.`;
    case "KeyMismatch":
      return `The certificate and key for ${hostname} do not belong together, so HTTPS is off.`;
    case "Unreadable":
      return `The certificate for ${hostname} cannot be read, so HTTPS is off.`;
    case "Unsupported":
      return `The proxy cannot use the certificate for ${hostname} (${
        CAUSES[verdict.cause].why
      }), so HTTPS is off.`;
    case "NotJudged":
      return `The certificate for ${hostname} cannot be checked, so it is left as it is.`;
  }
}
