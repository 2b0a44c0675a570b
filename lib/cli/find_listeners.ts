import { distance } from "fastest-levenshtein";

/** What has a hostname: a listener, or a name of a pair. */
interface Named {
  readonly hostname: string;
}

/** The listeners that a hostname leads to. */
export interface FoundListeners<T extends Named> {
  /** Those that take the name: the ones with the closest hostname, several where it is on several ports or Gateways. */
  readonly taking: readonly T[];
  /** Wildcards that would take it if these were not there. */
  readonly behind: readonly T[];
}

/**
 * Finds the listeners for a hostname, as Envoy does: the exact name first, then the longest wildcard.
 *
 * @param hostname In lower case; may be a wildcard itself, which then is looked for as it stands.
 */
export function findListeners<T extends Named>(
  hostname: string,
  listeners: readonly T[],
): FoundListeners<T> {
  const matching = listeners.filter((listener) => takes(listener.hostname.toLowerCase(), hostname));
  const best = Math.max(...matching.map((listener) => closeness(listener, hostname)));
  return {
    taking: matching.filter((listener) => closeness(listener, hostname) === best),
    behind: matching.filter((listener) => closeness(listener, hostname) !== best),
  };
}

// A wildcard stands for one or more labels (Gateway API, Hostname), as in server_names of Envoy.
function takes(pattern: string, hostname: string): boolean {
  if (pattern === "*" || pattern === hostname) return true;
  return pattern.startsWith("*.") && hostname.endsWith(pattern.slice(1)) && hostname !== pattern.slice(1);
}

function closeness(listener: Named, hostname: string): number {
  const pattern = listener.hostname.toLowerCase();
  return pattern === hostname ? Infinity : pattern === "*" ? 0 : pattern.length;
}

/** Hostnames that somebody who mistyped may have meant, the closest first. */
export function closestHostnames(hostname: string, listeners: readonly Named[]): string[] {
  const most = Math.max(2, Math.floor(hostname.length / 3));
  return [...new Set(listeners.map((listener) => listener.hostname))]
    .map((name) => ({ name, far: distance(name.toLowerCase(), hostname) }))
    .filter(({ far }) => far <= most)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name);
}

/**
 * A hostname as the operator wrote it: lower case, without the dot at its end, in the form that is sent over the wire.
 *
 * @returns `null` where it cannot be a hostname.
 */
export function readHostname(text: string): string | null {
  const wildcard = /^\*(\.|$)/.test(text);
  if (text === "*") return text;
  const name = wildcard ? text.slice(2) : text;
  if (name === "" || /[/:@?#\\\s%]/.test(name)) return null;
  try {
    // The runtime turns names in other scripts into the form that DNS knows.
    const ascii = new URL(`https://${name}`).hostname.replace(/\.$/, "");
    return /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(ascii) ? `${wildcard ? "*." : ""}${ascii}` : null;
  } catch {
    return null;
  }
}
