/**
 * An address where nobody listens, and nobody will: tests that run side by side take ports of 127.0.0.1, never of this one.
 *
 * @returns `host:port` on loopback.
 */
export function closedAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.9", port: 0 });
  return `127.0.0.9:${listener.addr.port}`;
}
