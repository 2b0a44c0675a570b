import type { Intent, IssuerRef } from "../issuers/mod.ts";
import type { IssuerType } from "../model/mod.ts";
import { OWN_GROUP } from "./intent_digest.ts";
import type { IssuerConfig } from "./issuer.ts";

/**
 * The issuer of the configuration that a reference means: same name, kind and group. One that is only for the namespace
 * goes before one that is for all.
 */
export function findIssuer<T extends { readonly config: IssuerConfig }>(
  issuers: readonly T[],
  { issuerRef, namespace }: Pick<Intent, "issuerRef" | "namespace">,
): T | null {
  const fitting = issuers.filter(({ config }) =>
    config.name === issuerRef.name && config.kind === (issuerRef.kind || "Issuer") &&
    config.group === (issuerRef.group || OWN_GROUP)
  );
  return fitting.find(({ config }) => config.namespace === namespace) ??
    fitting.find(({ config }) => config.namespace === undefined) ?? null;
}

/** `Kind/name`, with the namespace in front for one that has one. */
export function issuerTitle({ kind, name, namespace }: IssuerConfig): string {
  return `${namespace === undefined ? "" : `${namespace}/`}${kind}/${name}`;
}

/** The same for a reference that nobody here issues for. */
export function referenceTitle({ kind, name }: IssuerRef, namespace: string): string {
  return `${(kind || "Issuer") === "Issuer" ? `${namespace}/Issuer` : kind}/${name}`;
}

/** How an issuer of the configuration works. */
export function issuerType(config: IssuerConfig): IssuerType {
  if (config.acme !== undefined) return "acme";
  if (config.ca !== undefined) return "ca";
  return config.exec !== undefined ? "exec" : "selfSigned";
}
