import { coversName } from "../health/mod.ts";
import type { Intent } from "../issuers/mod.ts";
import { plainAddress } from "../pki/mod.ts";

/**
 * Finds what was asked for and is not in a certificate: DNS names, then addresses.
 *
 * @param names Names of the certificate.
 */
export function uncoveredNames(
  names: readonly string[],
  { dnsNames, ipAddresses }: Pick<Intent, "dnsNames" | "ipAddresses">,
): string[] {
  return [...dnsNames, ...ipAddresses.map((text) => plainAddress(text) ?? text)]
    .filter((wanted) => !names.some((name) => coversName(name, wanted)));
}
