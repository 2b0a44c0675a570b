import { type EnvoyAdmin, until } from "./harness/mod.ts";

const FAILURES =
  "^cluster\\.xds_cluster\\.(ssl\\.(connection_error|fail_verify_.*)|upstream_cx_connect_fail)$";
const DONE = "cluster.xds_cluster.ssl.handshake";

/** The connection over which an Envoy hears from Envoy Gateway, and what becomes of it when it is cut. */
export class XdsConnection {
  constructor(readonly envoy: EnvoyAdmin) {}

  /** Ends the connection in the kernel; Envoy makes a new one by itself. */
  async cut(): Promise<void> {
    // Others who talk with Envoy Gateway do so at another loopback address.
    await killConnections(["dst", "127.0.0.1", "dport", "=", "18000"]);
  }

  /** Cuts the connection and waits until another one is made, handshake and all. */
  async renew(): Promise<void> {
    const before = await this.handshakes();
    await this.cut();
    await until("Envoy has made a new connection to Envoy Gateway", async () => {
      if (await this.handshakes() > before) return true;
      throw new Error(`failures: ${JSON.stringify(await this.failures())}`);
    }, { within: 30_000 });
  }

  /** Cuts the connection as soon as it is there, again and again, for as long as something goes on. */
  async renewDuring<T>(going: Promise<T>): Promise<{ value: T; times: number }> {
    let over = false;
    const value = going.finally(() => over = true);
    value.catch(() => {});
    let times = 0;
    for (; !over; times++) await this.renew();
    return { value: await value, times };
  }

  /** How many handshakes with Envoy Gateway have succeeded. */
  async handshakes(): Promise<number> {
    return (await this.envoy.stats(`^${DONE.replaceAll(".", "\\.")}$`))[DONE] ?? 0;
  }

  /** Every counter of connections that did not come about, where it is not zero. */
  async failures(): Promise<Record<string, number>> {
    const stats = await this.envoy.stats(FAILURES);
    return Object.fromEntries(Object.entries(stats).filter(([, value]) => value > 0));
  }
}

/** Whether connections can be ended here: that takes CAP_NET_ADMIN and a kernel with CONFIG_INET_DIAG_DESTROY. */
export async function canKillConnections(): Promise<boolean> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  using _server = await listener.accept();
  const ended = client.read(new Uint8Array(1)).then(() => false, () => true);
  try {
    await killConnections(["dst", "127.0.0.1", "dport", "=", String(port)]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), 1000));
  return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

async function killConnections(filter: readonly string[]): Promise<void> {
  // It ends with an error of its own where it has done what it was told, so only what happens counts.
  await new Deno.Command("ss", { args: ["-K", ...filter], stdin: "null", stdout: "null", stderr: "null" })
    .output();
}
