import { readTlsContext, type TlsView } from "./_tls_context.ts";
import { merge, Span, valueOf } from "./_span.ts";

/** How to get from the value of a transport socket's typed_config to what is inside. */
export type Inside =
  /** The value is the TLS context. */
  | { readonly kind: "context"; readonly downstream: boolean }
  /** The TLS context is a field of the value. */
  | { readonly kind: "field"; readonly downstream: boolean; readonly number: number; readonly quic: boolean }
  /** A field of the value is another transport socket. */
  | { readonly kind: "socket"; readonly number: number };

const TYPES: readonly (readonly [string, Inside])[] = [
  ["tls.v3.DownstreamTlsContext", { kind: "context", downstream: true }],
  ["tls.v3.UpstreamTlsContext", { kind: "context", downstream: false }],
  ["quic.v3.QuicDownstreamTransport", { kind: "field", downstream: true, number: 1, quic: true }],
  ["quic.v3.QuicUpstreamTransport", { kind: "field", downstream: false, number: 1, quic: true }],
  ["starttls.v3.StartTlsConfig", { kind: "field", downstream: true, number: 2, quic: false }],
  ["starttls.v3.UpstreamStartTlsConfig", { kind: "field", downstream: false, number: 2, quic: false }],
  ["proxy_protocol.v3.ProxyProtocolUpstreamTransport", { kind: "socket", number: 2 }],
  ["tap.v3.Tap", { kind: "socket", number: 2 }],
  ["internal_upstream.v3.InternalUpstreamTransport", { kind: "socket", number: 3 }],
  ["http_11_proxy.v3.Http11ProxyUpstreamTransport", { kind: "socket", number: 1 }],
  ["tcp_stats.v3.Config", { kind: "socket", number: 1 }],
];

const NAMES = TYPES.map(([name, inside]) => ({
  bytes: new TextEncoder().encode(`envoy.extensions.transport_sockets.${name}`),
  inside,
}));

/** Wrappers in wrappers beyond this are nobody's configuration. */
const DEEPEST = 8;

/** What a transport socket is, as far as certificates go. */
export type SocketView =
  | { readonly kind: "tls"; readonly tls: TlsView; readonly quic: boolean }
  /** No socket, or one of a type that holds no TLS context that certgate knows of. */
  | { readonly kind: "other" }
  | { readonly kind: "malformed" };

const OTHER: SocketView = { kind: "other" };
const MALFORMED: SocketView = { kind: "malformed" };

/** Reads an `envoy.config.core.v3.TransportSocket` and the sockets that it wraps. */
export function readSocket(span: Span, depth = 0): SocketView {
  const any = readTypedConfig(span);
  if (any === null) return MALFORMED;
  const inside = insideOf(any.type);
  if (inside === undefined) return OTHER;
  if (inside.kind === "context") return readContext(any.value, inside.downstream, false);
  const nested = readField(any.value, inside.number);
  if (nested === null) return MALFORMED;
  if (inside.kind === "field") return readContext(nested, inside.downstream, inside.quic);
  return depth < DEEPEST ? readSocket(nested, depth + 1) : OTHER;
}

/** @returns how to look into a message of this type URL, of which only what follows the last `/` counts. */
export function insideOf(type: Span): Inside | undefined {
  return NAMES.find(({ bytes }) => endsWithName(type, bytes))?.inside;
}

/** Compares bytes: this is asked once for each chain, and making text of it takes ten times as long. */
function endsWithName({ bytes, from, to }: Span, name: Uint8Array): boolean {
  const start = to - name.length;
  if (start < from || (start > from && bytes[start - 1] !== 0x2f)) return false;
  for (let at = name.length - 1; at >= 0; at--) if (bytes[start + at] !== name[at]) return false;
  return true;
}

function readContext(span: Span, downstream: boolean, quic: boolean): SocketView {
  const tls = readTlsContext(span, downstream);
  return tls === null ? MALFORMED : { kind: "tls", tls, quic };
}

const EMPTY = new Span(new Uint8Array(0), 0, 0);

/** A `google.protobuf.Any`. */
export interface AnyView {
  /** Its type URL. */
  readonly type: Span;
  /** The message in it, serialized. */
  readonly value: Span;
}

/** @returns the type and value of field 3, `typed_config`; `null` if it does not read. */
export function readTypedConfig(span: Span): AnyView | null {
  return readAny(span, 3);
}

/** @returns the type and value of an Any that is a field of a message; `null` if it does not read. */
export function readAny(span: Span, number: number): AnyView | null {
  const config = readField(span, number);
  if (config === null) return null;
  const { malformed, ...any } = readAnyValue(config);
  return malformed ? null : any;
}

/** @returns the type and value of a serialized Any, as far as it reads. */
export function readAnyValue(config: Span): AnyView & { readonly malformed: boolean } {
  let type = EMPTY;
  let value = EMPTY;
  const walk = config.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 1) type = valueOf(walk);
    else if (walk.field === 2) value = valueOf(walk);
  }
  return { type, value, malformed: walk.malformed };
}

/** @returns a singular message field, empty if it is not there; `null` if what it is in does not read. */
export function readField(span: Span, number: number): Span | null {
  let found: Span | null = null;
  const walk = span.walk();
  while (walk.next()) if (walk.field === number && walk.wire === 2) found = merge(found, walk);
  return walk.malformed ? null : found ?? EMPTY;
}
