/** Below the range from which Linux takes the ports of outgoing connections (32768 and up by default). */
const FROM = 20_000;
const TO = 32_000;

/**
 * TCP ports that nobody listens on at this moment, all different.
 *
 * For programs that cannot be told "any port". They are not taken from the operating system's own choice, because
 * a port of that range may become the source port of somebody's connection before the program listens on it.
 */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if (!ports.has(port) && isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** One port of {@linkcode freePorts}. */
export function freePort(): number {
  return freePorts(1)[0];
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
