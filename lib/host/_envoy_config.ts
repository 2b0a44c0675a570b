import type { PairBytes } from "../model/mod.ts";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.";
const LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener";

/** Where Envoy finds its standard input; the one path under /dev that it agrees to read. */
export const STDIN_PATH = "/dev/fd/0";

/** Name of the last listener of {@linkcode listenersFile}, which has no chain and is therefore always refused. */
export const LAST = "last";

/** Name of the first listener of {@linkcode listenersFile}, which has nothing to refuse. */
export const FIRST = "first";

/** What stands in the place of a pair: a listener's TLS settings as JSON text. */
export type TlsJson = string;

/** The TLS settings that hold one pair, every member inline, none where it is absent. */
export function pairTls(pair: PairBytes): TlsJson {
  return `{"common_tls_context":{"tls_certificates":[${pairJson(pair)}]}}`;
}

/** The TLS settings that hold one trust bundle beside a pair known to be good. */
export function trustTls(bundle: Uint8Array, good: PairBytes): TlsJson {
  return `{"common_tls_context":{"tls_certificates":[${pairJson(good)}],` +
    `"validation_context":{"trusted_ca":${inline(bundle)}}}}`;
}

function pairJson(pair: PairBytes): string {
  const members = [];
  if (pair.certificate) members.push(`"certificate_chain":${inline(pair.certificate)}`);
  if (pair.key) members.push(`"private_key":${inline(pair.key.open())}`);
  if (pair.staple) members.push(`"ocsp_staple":${inline(pair.staple)}`);
  return `{${members.join(",")}}`;
}

function inline(bytes: Uint8Array): string {
  return `{"inline_bytes":"${bytes.toBase64()}"}`;
}

/** A bootstrap with one listener, and one filter chain in it for each of the settings. */
export function oneListener(settings: readonly TlsJson[]): Uint8Array<ArrayBuffer> {
  // Envoy wants the matches of chains to differ; ports are the shortest thing that does.
  const chains = settings.map((tls, at) =>
    `{"filter_chain_match":{"destination_port":${at + 1}},${transportSocket(tls)}}`
  );
  return bytesOf(
    `{"static_resources":{"listeners":[{"name":"pairs","bind_to_port":false,` +
      `${address("127.0.0.1", 1)},"filter_chains":[${chains.join(",")}]}]}}`,
  );
}

/** A listener discovery file: {@linkcode FIRST}, one listener named by its index per setting, {@linkcode LAST}. */
export function listenersFile(settings: readonly TlsJson[]): Uint8Array<ArrayBuffer> {
  const listeners = settings.map((tls, at) =>
    listener(String(at), "127.0.0.1", at + 1, `{${transportSocket(tls)}}`)
  );
  listeners.unshift(listener(FIRST, "127.0.0.2", 1, "{}"));
  listeners.push(listener(LAST, "127.0.0.2", 2, ""));
  return bytesOf(`{"version_info":"1","resources":[${listeners.join(",")}]}`);
}

/**
 * The bootstrap that reads {@linkcode listenersFile} from standard input. It holds nothing secret.
 *
 * Its only cluster is there so that an Envoy that cannot do TLS at all fails here, not at every pair.
 */
export const DISCOVERY_BOOTSTRAP = JSON.stringify({
  node: { id: "certgate", cluster: "certgate" },
  dynamic_resources: { lds_config: { path_config_source: { path: STDIN_PATH } } },
  static_resources: {
    clusters: [{
      name: "tls",
      transport_socket: { name: "tls", typed_config: { "@type": `${TLS}UpstreamTlsContext` } },
    }],
  },
});

/** A bootstrap that needs everything a pair needs, except a pair. */
export const EMPTY_BOOTSTRAP: Uint8Array<ArrayBuffer> = bytesOf(JSON.stringify({
  static_resources: {
    clusters: [{
      name: "tls",
      transport_socket: { name: "tls", typed_config: { "@type": `${TLS}UpstreamTlsContext` } },
    }],
    listeners: [{
      name: "pairs",
      bind_to_port: false,
      address: { socket_address: { address: "127.0.0.1", port_value: 1 } },
      filter_chains: [{}],
    }],
  },
}));

function listener(name: string, ip: string, port: number, chain: string): string {
  return `{"@type":"${LISTENER}","name":"${name}","bind_to_port":false,${address(ip, port)},` +
    `"filter_chains":[${chain}]}`;
}

function address(ip: string, port: number): string {
  return `"address":{"socket_address":{"address":"${ip}","port_value":${port}}}`;
}

function transportSocket(tls: TlsJson): string {
  return `"transport_socket":{"name":"tls","typed_config":{"@type":"${TLS}DownstreamTlsContext",${
    tls.slice(1)
  }}`;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
