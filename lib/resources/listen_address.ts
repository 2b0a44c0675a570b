/** Where a server listens. */
export type ListenAddress =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/**
 * Reads `unix:///path` or `tcp://host:port`; an IPv6 host stands in brackets.
 *
 * @param text The address as written in the configuration.
 * @returns The address, or a sentence that says what is wrong with it.
 *
 * @example
 * ```ts
 * import { parseListenAddress } from "./listen_address.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseListenAddress("unix:///run/a.sock"), { kind: "unix", path: "/run/a.sock" });
 * assert.deepEqual(parseListenAddress("tcp://[::1]:50"), { kind: "tcp", host: "::1", port: 50 });
 * ```
 */
export function parseListenAddress(text: string): ListenAddress | string {
  const unix = /^unix:(?:\/\/)?(\/[^/].*)$/.exec(text);
  if (unix) {
    // sun_path of unix(7) holds 108 bytes with the final NUL; ".new" is added while binding.
    const room = 103;
    const size = new TextEncoder().encode(unix[1]).length;
    if (size > room) return `The socket path has ${size} bytes, and ${room} are possible`;
    return { kind: "unix", path: unix[1] };
  }
  const tcp = /^tcp:\/\/(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(text);
  if (tcp && Number(tcp[3]) <= 65535) {
    return { kind: "tcp", host: tcp[1] ?? tcp[2], port: Number(tcp[3]) };
  }
  return "Expected unix:///path or tcp://host:port";
}

/**
 * Reads `host:port` for the HTTP side; a leading `tcp://` or `http://` is allowed.
 *
 * @param text The address as written in the configuration.
 * @returns The address, or a sentence that says what is wrong with it.
 */
export function parseHttpAddress(text: string): ListenAddress | string {
  const parsed = parseListenAddress(`tcp://${text.replace(/^(tcp|http):\/\//, "")}`);
  return typeof parsed === "string" ? "Expected host:port" : parsed;
}

/** Whether only this machine can reach the address. */
export function isLoopback(address: ListenAddress): boolean {
  return address.kind === "unix" || address.host === "localhost" || address.host === "::1" ||
    /^127(\.\d{1,3}){3}$/.test(address.host);
}
