import { readField, readTypedConfig } from "./_socket.ts";
import { type Span, valueOf } from "./_span.ts";

/** Where a listener listens, and whether it looks for server names. */
export interface ListenerDoor {
  /** TCP or UDP port; `null` where there is no number, e.g. at a Unix socket. */
  readonly port: number | null;
  /** Whether one of its listener filters reads the server name from a client hello. */
  readonly inspectsTls: boolean;
}

const INSPECTOR = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

/** Reads address and listener filters of an `envoy.config.listener.v3.Listener`. */
export function readListenerDoor(listener: Span): ListenerDoor {
  let port: number | null = null;
  let inspectsTls = false;
  const walk = listener.walk();
  while (walk.next()) {
    if (walk.wire !== 2) continue;
    if (walk.field === 2) port = readPort(valueOf(walk)) ?? port;
    // A ListenerFilter has its typed_config in field 3, as a transport socket has.
    else if (walk.field === 9) {
      inspectsTls ||= readTypedConfig(valueOf(walk))?.type.text().endsWith(`/${INSPECTOR}`) ?? false;
    }
  }
  return { port, inspectsTls };
}

/** `Address.socket_address` (1), and of that `port_value` (3). */
function readPort(address: Span): number | null {
  const socket = readField(address, 1);
  if (socket === null) return null;
  let port: number | null = null;
  const walk = socket.walk();
  while (walk.next()) if (walk.field === 3 && walk.wire === 0) port = walk.varint();
  return port;
}
