import { isIpv6 } from "./_formats.ts";

/** Where a backend is. */
export interface Endpoint {
  /** An IPv6 address has no brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** Bytes that a host may have as they are (RFC 3986 section 3.2.2, and what Go's `net/url` allows besides). */
const HOST = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\0-\x7f]|%[0-9A-Fa-f]{2})*$/;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * Host and port of the URL of a backend, as Go's `net/url` reads it: with another reader the same text would lead to
 * another port, or nowhere. Without a port it is 443 for https and 80 for everything else.
 *
 * @returns The words of what is wrong, lower case, where there is no host.
 */
export function parseEndpoint(text: string): Endpoint | string {
  // deno-lint-ignore no-control-regex
  if (/[\0-\x1f\x7f]/.test(text)) return "it has a control character";
  const [whole, fragment = ""] = cut(text, "#");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(whole)?.[1] ?? "";
  const rest = cut(scheme === "" ? whole : whole.slice(scheme.length + 1), "?")[0];
  if (!rest.startsWith("//") || scheme === "" && rest.startsWith("///")) return "it is no URL with a host";
  const authority = cut(rest.slice(2), "/")[0];
  if ([fragment, rest].some((part) => BROKEN_ESCAPE.test(part))) return "it has a % that escapes nothing";
  const at = authority.lastIndexOf("@");
  if (!USER.test(authority.slice(0, Math.max(at, 0)))) return "its user is none";
  const isStrict = /^https?$/i.test(scheme);
  const found = splitHost(authority.slice(at + 1), isStrict);
  if (typeof found === "string") return found;
  if (found.host === "") return "it has no host";
  const port = found.port === "" ? (/^https$/i.test(scheme) ? 443 : 80) : Number(found.port);
  return port >= 1 && port <= 65535
    ? { host: found.host, port }
    : `its port ${port} is not between 1 and 65535`;
}

function splitHost(text: string, isStrict: boolean): { host: string; port: string } | string {
  const literal = /^\[(.*)\](?::(\d*))?$/.exec(text);
  if (text.startsWith("[") && literal === null) return "its address in brackets is not followed by a port";
  if (literal !== null) {
    const [, inside, port = ""] = literal;
    const zoneAt = inside.indexOf("%25");
    const address = zoneAt === -1 ? inside : inside.slice(0, zoneAt);
    const zone = zoneAt === -1 ? null : unescaped(inside.slice(zoneAt + 3), /%(?![01][0-9A-Fa-f]|7[Ff])/);
    if (!isIpv6(address) || zone === "" || zone === undefined) {
      return "what is in brackets is no IPv6 address";
    }
    return { host: zone === null ? address : `${address}%${zone}`, port };
  }
  const colon = text.lastIndexOf(":");
  const port = colon === -1 ? "" : text.slice(colon + 1);
  if (!/^\d*$/.test(port)) return "its port is no number";
  if (isStrict && text.indexOf(":") !== colon) return "an IPv6 address has to be in brackets";
  // Below 128 only the percent sign itself may be escaped in a host.
  const host = unescaped(colon === -1 ? text : text.slice(0, colon), /%(?=[89A-Fa-f]|25)/);
  return host === undefined || host.includes("[")
    ? "its host has a character that hosts do not have"
    : { host, port };
}

/** Escapes taken out; `undefined` where one is not allowed, or they make no text. */
function unescaped(text: string, allowed: RegExp): string | undefined {
  if (!HOST.test(text)) return undefined;
  for (let at = text.indexOf("%"); at !== -1; at = text.indexOf("%", at + 1)) {
    if (text.slice(at).search(allowed) !== 0) return undefined;
  }
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function cut(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
