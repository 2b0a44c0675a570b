import { anyField, field, join, textField, varintField } from "./_encode.ts";
import { structField } from "./_encode_struct.ts";
import { readEntry } from "./_metadata.ts";
import { fieldOf, type Parts, rewrite } from "./_rewrite.ts";
import { readField } from "./_socket.ts";
import { type Span, valueOf } from "./_span.ts";
import { readStruct } from "./_struct.ts";

/** Where a cluster leads that certgate has made. */
export interface TunnelView {
  /** `host:port` of what the tunnel ends at. */
  readonly address: string;
  /** May be empty. */
  readonly nodeId: string;
  /** Name of the internal listener that is the tunnel's entrance. */
  readonly listener: string;
}

const SOCKETS = "envoy.extensions.transport_sockets.";
const KEY = "tunnel";
const KEY_BYTES = new TextEncoder().encode(KEY);
const KEY_FIELD = textField(1, KEY);
/** STATIC is zero and yet written: it is a member of a oneof. */
const STATIC = varintField(2, 0);

/** How long Envoy tries to get through to the internal listener, which is in itself: seconds. */
const CONNECT_TIMEOUT = 5;
const TIMEOUT = field(4, varintField(1, CONNECT_TIMEOUT));

/** Hands the endpoint's metadata on to the internal listener, over a connection that is nothing but memory. */
const SOCKET = field(
  24,
  textField(1, "envoy.transport_sockets.internal_upstream"),
  anyField(
    3,
    `${SOCKETS}internal_upstream.v3.InternalUpstreamTransport`,
    field(1, field(1, field(4)), textField(2, KEY)),
    field(
      3,
      textField(1, "envoy.transport_sockets.raw_buffer"),
      anyField(3, `${SOCKETS}raw_buffer.v3.RawBuffer`),
    ),
  ),
);

/** A serialized cluster that leads into a tunnel; of the one whose name it has nothing is left. */
export function tunnelCluster(name: string, tunnel: TunnelView): Parts {
  return encode(name, tunnel, [
    structField("address", tunnel.address),
    structField("endpoint_id", tunnel.nodeId),
  ]);
}

function encode(name: string, { listener }: TunnelView, metadata: Parts): Parts {
  const named = textField(1, name);
  const endpoint = fieldOf(1, fieldOf(1, fieldOf(3, [textField(1, listener)])));
  const about = fieldOf(3, fieldOf(1, [KEY_FIELD, ...fieldOf(2, metadata)]));
  return [
    named,
    STATIC,
    TIMEOUT,
    SOCKET,
    ...fieldOf(33, [named, ...fieldOf(2, fieldOf(2, [...endpoint, ...about]))]),
  ];
}

/** `upstream_bind_config`, which the tunnel says nothing about: a step of its own may have written it. */
const BIND = 21;

/**
 * Where a cluster leads, if it is exactly what {@linkcode tunnelCluster} makes. Whoever decodes and encodes it on the
 * way may change the order of its metadata, which is a map, and nothing else.
 */
export function readTunnel(cluster: Span): TunnelView | null {
  const endpoint = follow(cluster, [33, 2, 2]);
  const metadata = endpoint && follow(endpoint, [3]);
  const entry = metadata && readEntry(metadata, 1, KEY_BYTES);
  const struct = entry && readStruct(entry);
  const listener = endpoint && follow(endpoint, [1, 1, 3]);
  if (!struct || !listener) return null;
  const { address, endpoint_id: nodeId } = struct;
  if (typeof address !== "string" || typeof nodeId !== "string") return null;
  const tunnel = { address, nodeId, listener: textOf(listener) };
  return isTunnelTo(cluster, tunnel) ? tunnel : null;
}

function isTunnelTo(cluster: Span, tunnel: TunnelView): boolean {
  const name = textOf(cluster);
  const fields = [structField("address", tunnel.address), structField("endpoint_id", tunnel.nodeId)];
  const bytes = join(rewrite(cluster, (walk) => walk.field === BIND ? null : undefined));
  return [fields, fields.toReversed()].some((order) =>
    Buffer.compare(join(encode(name, tunnel, order)), bytes) === 0
  );
}

function follow(span: Span, way: readonly number[]): Span | null {
  let at: Span | null = span;
  for (const number of way) at = at && readField(at, number);
  return at;
}

function textOf(span: Span): string {
  let text = "";
  const walk = span.walk();
  while (walk.next()) if (walk.field === 1 && walk.wire === 2) text = valueOf(walk).text();
  return text;
}
