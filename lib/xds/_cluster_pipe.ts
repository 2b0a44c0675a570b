import { readField } from "./_socket.ts";
import { type Span, valueOf } from "./_span.ts";

/** From a cluster to the pipe of its endpoint: load_assignment, endpoints, lb_endpoints, endpoint, address, pipe. */
const TO_PIPE = [33, 2, 2, 1, 1, 2];

/** @returns path of the Unix socket that a cluster leads to; `null` where it leads elsewhere. */
export function readClusterPipe(cluster: Span): string | null {
  let at: Span | null = cluster;
  for (const number of TO_PIPE) at = at && readField(at, number);
  if (at === null) return null;
  let path: string | null = null;
  const walk = at.walk();
  while (walk.next()) if (walk.field === 1 && walk.wire === 2) path = valueOf(walk).text();
  return path;
}
