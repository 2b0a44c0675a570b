/** Whether a hostname of the Gateway API (`*`, `*.example.com`, a name) takes a name. A wildcard takes any number of labels. */
export function coversHost(pattern: string, name: string): boolean {
  return pattern === "*" || pattern === name ||
    (pattern.startsWith("*.") && name.endsWith(pattern.slice(1)) && name.length > pattern.length - 1);
}

/** What two hostnames have in common; `null` if nothing. */
export function meetHosts(one: string, other: string): string | null {
  if (coversHost(one, other)) return other;
  return coversHost(other, one) ? one : null;
}

/** Whether Envoy asks a domain before another one: names before wildcards, longer wildcards before shorter ones. */
export function isMoreSpecific(domain: string, than: string): boolean {
  const rank = (one: string) => one === "*" ? 0 : one.startsWith("*.") ? one.length : Infinity;
  return rank(domain) > rank(than);
}
