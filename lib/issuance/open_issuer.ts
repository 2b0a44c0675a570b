import { brokenIssuer } from "./failure.ts";
import type { Issuer, IssuerConfig, IssuerParts } from "./issuer.ts";

/** Opens an issuer of the configuration. Nothing is read or asked before the first certificate is asked for. */
export function openIssuer(config: IssuerConfig, _parts: IssuerParts): Issuer {
  if (config.acme !== undefined) {
    return brokenIssuer("acme", `Cannot use issuer "${config.name}": ACME is not there yet`);
  }
  if (config.ca !== undefined) return brokenIssuer("ca", "not there yet");
  if (config.exec !== undefined) return brokenIssuer("exec", "not there yet");
  return brokenIssuer("selfSigned", "not there yet");
}
