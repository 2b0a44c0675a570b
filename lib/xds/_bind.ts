import { field, textField, varintField } from "./_encode.ts";
import { merge, type Span, valueOf } from "./_span.ts";

/** `SOL_SOCKET` and `SO_BINDTODEVICE` of Linux. */
const LEVEL = 1;
const OPTION = 25;

/** Field `upstream_bind_config` of a cluster: before a socket is bound (`STATE_PREBIND`, 0) it is tied to a device. */
export function bindField(device: string): Uint8Array {
  return field(21, field(3, varintField(2, LEVEL), varintField(3, OPTION), textField(5, device)));
}

/** The device that a cluster's sockets are tied to, if that is all that is said of binding; else `null`. */
export function readBindDevice(cluster: Span): string | null {
  let bind: Span | null = null;
  const walk = cluster.walk();
  while (walk.next()) if (walk.field === 21 && walk.wire === 2) bind = merge(bind, walk);
  let option: Span | null = null;
  const inside = bind?.walk();
  while (inside?.next()) {
    if (inside.field !== 3 || inside.wire !== 2 || option !== null) return null;
    option = valueOf(inside);
  }
  return option === null || inside?.malformed ? null : readOption(option);
}

function readOption(option: Span): string | null {
  const seen = { 2: 0, 3: 0, 6: 0 } as Record<number, number>;
  let device: string | null = null;
  const walk = option.walk();
  while (walk.next()) {
    if (walk.field === 5 && walk.wire === 2) device = valueOf(walk).text();
    else if (walk.field in seen && walk.wire === 0) seen[walk.field] = walk.varint();
    else return null;
  }
  return !walk.malformed && seen[2] === LEVEL && seen[3] === OPTION && seen[6] === 0 ? device : null;
}
