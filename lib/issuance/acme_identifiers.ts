import { isIP } from "node:net";
import type { Intent } from "../issuers/mod.ts";

/** Something that a certificate is asked for (RFC 8555, 9.7.7; RFC 8738 for addresses). */
export interface AcmeIdentifier {
  readonly type: "dns" | "ip";
  readonly value: string;
}

/**
 * What an order has to be for: hostnames, addresses, and the common name, which a request may only repeat. Each once,
 * sorted.
 */
export function identifiersOf(
  { dnsNames, ipAddresses, commonName }: Pick<Intent, "dnsNames" | "ipAddresses" | "commonName">,
): AcmeIdentifier[] {
  const names = [...dnsNames, ...ipAddresses, commonName].filter((name) => name !== "");
  const all = new Set(names.map((name) => isIP(name) === 0 ? `dns:${name.toLowerCase()}` : `ip:${name}`));
  return [...all].sort().map((text) => {
    const at = text.indexOf(":");
    return { type: text.slice(0, at) as AcmeIdentifier["type"], value: text.slice(at + 1) };
  });
}

/** As it is compared. */
export const identifierText = ({ type, value }: AcmeIdentifier): string => `${type}:${value}`;
