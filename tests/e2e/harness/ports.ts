/**
 * A TCP port that nobody listens on at this moment, chosen by the operating system.
 *
 * For programs that cannot be told "any port": the port is let go before the program takes it, so a stranger may
 * be faster. Collisions show as a start-up error of that program, with the port in it.
 */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Several ports of {@linkcode freePort}, all different. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = listeners.map((listener) => listener.addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
