/** The words that a template may hold. */
export interface NameParts {
  /** The folder, or the file without its ending. */
  readonly name: string;
  /** The folder above. */
  readonly parent: string;
}

/** A name that Kubernetes takes, or why there is none. */
export type MadeName = { readonly name: string } | { readonly problem: string; readonly hint: string };

// Kubernetes: DNS-1123 subdomain for a Secret, DNS-1123 label for a namespace.
const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_PATTERN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const LABEL_PATTERN = new RegExp(`^${LABEL}$`);
const LONGEST_SUBDOMAIN = 253;
const LONGEST_LABEL = 63;
// How the programs that write pairs spell a wildcard: acme.sh, lego, mkcert, Caddy.
const WILDCARD = /^(\*|_|_wildcard|wildcard_)\./;

/**
 * Makes the name of a Secret.
 *
 * - `{name}` and `{parent}` are replaced; all letters become small, since host names know no case.
 * - A wildcard in front, `*.`, `_.`, `_wildcard.` or `wildcard_.`, becomes `wildcard.`; any other `_` becomes `-`.
 * - What then is no DNS-1123 subdomain is a problem, not a guess.
 *
 * @param template `secretName` of the source.
 */
export function makeSecretName(template: string, parts: NameParts): MadeName {
  const name = fill(template, parts).replace(WILDCARD, "wildcard.").replaceAll("_", "-");
  if (name.length <= LONGEST_SUBDOMAIN && SUBDOMAIN_PATTERN.test(name)) return { name };
  return {
    problem: `"${name}" cannot be the name of a Secret`,
    hint: "only a-z, 0-9, - and . are possible: rename it, or set secretName for this source",
  };
}

/** Makes the namespace of a Secret: a DNS-1123 label, otherwise as {@linkcode makeSecretName}. */
export function makeNamespace(template: string, parts: NameParts): MadeName {
  const name = fill(template, parts).replaceAll("_", "-");
  if (name.length <= LONGEST_LABEL && LABEL_PATTERN.test(name)) return { name };
  return {
    problem: `"${name}" cannot be a namespace`,
    hint: "only a-z, 0-9 and - are possible: set namespace for this source",
  };
}

function fill(template: string, { name, parent }: NameParts): string {
  return template.replace(/\{(name|parent)\}/g, (_, word) => word === "name" ? name : parent).toLowerCase();
}
