import type { SdsCluster } from "./model/mod.ts";
import { type Config, type ListenAddress, parseListenAddress } from "./resources/mod.ts";

/** Where the server listens; the configuration has been checked. */
export function addressOf(listen: string): ListenAddress {
  const address = parseListenAddress(listen);
  if (typeof address === "string") throw new TypeError(`Not an address to listen on: ${listen}`);
  return address;
}

/** Where Envoy finds the server; `null` where nobody says what Envoy is to present there. */
export function sdsCluster({ listen, tls, envoy }: Config["sds"]): SdsCluster | null {
  const address = addressOf(listen);
  if (address.kind === "unix") return { kind: "unix", path: address.path };
  const { host, port } = address;
  if (tls === undefined) return { kind: "tcp", host, port, tls: null };
  if (envoy === undefined) return null;
  const { certificate, key, ca, serverName: name } = envoy;
  // What means every address of this host is none to connect to.
  const isEvery = host === "0.0.0.0" || host === "::";
  return { kind: "tcp", host: isEvery ? name : host, port, tls: { certificate, key, ca, name } };
}
