import { openAcmeIssuer } from "./acme_issuer.ts";
import { openCaIssuer } from "./ca_issuer.ts";
import { openExecIssuer } from "./exec_issuer.ts";
import { brokenIssuer } from "./failure.ts";
import type { Issuer, IssuerConfig, IssuerParts } from "./issuer.ts";
import { openSelfSignedIssuer } from "./self_signed_issuer.ts";

/** Opens an issuer of the configuration. Nothing is read or asked before the first certificate is asked for. */
export function openIssuer(config: IssuerConfig, parts: IssuerParts): Issuer {
  if (config.acme !== undefined) return openAcmeIssuer(config, parts);
  if (config.ca !== undefined) return openCaIssuer(config.ca, parts);
  if (config.exec !== undefined) return openExecIssuer(config.exec, { ...parts, name: config.name });
  if (config.selfSigned !== undefined) return openSelfSignedIssuer(parts);
  return brokenIssuer("selfSigned", `Cannot use issuer "${config.name}": it does not say how it issues`);
}
