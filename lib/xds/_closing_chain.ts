import { anyField as any, field, textField } from "./_encode.ts";
import type { Parts } from "./_rewrite.ts";
import { type Span, spanOf } from "./_span.ts";
import { throwawayCertificate, type Throwaways } from "./throwaways.ts";

const TLS = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext";
const QUIC = "envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport";
const DIRECT = "envoy.extensions.filters.network.direct_response.v3.Config";
const HTTP = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const ROUTER = "envoy.extensions.filters.http.router.v3.Router";
const NOTHING = new Uint8Array(0);

/**
 * A filter chain that closes a TCP connection before a byte is sent: no TLS, and a direct response of no bytes. The
 * client hello is answered with the end of the connection.
 */
export function refusingChain(match: Span | null, name: string): Parts {
  return inOrder({ match, name, filter: directResponse() });
}

/**
 * The same with a throwaway pair, for a listener that stays a TLS listener. Envoy closes before it has sent the pair, as
 * the real one was seen to do: the direct response comes when the connection does, not when the handshake is over.
 */
export function parkedChain(name: string, throwaways: Throwaways): Parts {
  const tls = socket("tls", TLS, tlsContext(throwaways));
  return inOrder({ match: null, name, filter: directResponse(), socket: tls });
}

/**
 * The same over QUIC, which Envoy only lets an HTTP connection manager serve and which always needs a pair: a
 * throwaway pair, and no route at all.
 */
export function quicChain(match: Span | null, name: string, throwaways: Throwaways): Parts {
  const router = [textField(1, "envoy.filters.http.router"), any(4, ROUTER, NOTHING)];
  const routes = field(4, textField(1, "certgate-refuse"));
  // codec_type HTTP3; the manager takes any name for its statistics but not an empty one.
  const manager = [Uint8Array.of(8, 3), textField(2, "certgate-refuse"), routes, field(5, ...router)];
  const filter = [textField(1, "envoy.filters.network.http_connection_manager"), any(4, HTTP, ...manager)];
  const quic = socket("quic", QUIC, field(1, tlsContext(throwaways)));
  return inOrder({ match, name, filter, socket: quic });
}

const INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

/** A filter chain match for server names and nothing else. */
export function matchNames(names: readonly string[]): Span {
  return spanOf(names.map((name) => textField(11, name)));
}

/** A listener filter that reads the server name from a client hello; without it Envoy matches no chain by name. */
export function tlsInspector(): Parts {
  return [textField(1, "envoy.filters.listener.tls_inspector"), any(3, INSPECTOR, NOTHING)];
}

interface ChainParts {
  readonly match: Span | null;
  readonly name: string;
  readonly filter: Parts;
  readonly socket?: Parts;
}

/** In the order of the field numbers, as everybody else writes it: the same answer twice is then the same bytes. */
function inOrder({ match, name, filter, socket }: ChainParts): Parts {
  return [
    ...(match === null ? [] : [field(1, match)]),
    field(3, ...filter),
    ...(socket === undefined ? [] : [field(6, ...socket)]),
    ...(name === "" ? [] : [textField(7, name)]),
  ];
}

function directResponse(): Parts {
  return [textField(1, "envoy.filters.network.direct_response"), any(4, DIRECT, NOTHING)];
}

function tlsContext(throwaways: Throwaways): Uint8Array {
  return field(1, field(2, throwawayCertificate(throwaways)));
}

function socket(kind: "tls" | "quic", type: string, value: Uint8Array): Parts {
  return [textField(1, `envoy.transport_sockets.${kind}`), any(3, type, value)];
}
