import { until } from "./wait.ts";

/** Ports that Envoy Gateway 1.9 listens on and that no setting moves: xDS, health, Wasm. */
const FIXED_PORTS = [18000, 8081, 18002];

/**
 * The right to run Envoy Gateway on this machine: its xDS port cannot be configured, so there is one at a time.
 *
 * The lock is of the kernel and goes with the process, however that ends.
 */
export class GatewayLock {
  readonly #file: Deno.FsFile;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Waits for its turn among the test runs of this machine. */
  static async take(): Promise<GatewayLock> {
    const directory = Deno.env.get("TMPDIR") ?? "/tmp";
    // Ports are those of a network, and a machine may have several.
    const network = (await Deno.readLink("/proc/self/ns/net")).replace(/\D/g, "");
    const file = await Deno.open(`${directory}/certgate-e2e-${network}.lock`, { create: true, write: true });
    await until("no other test run uses Envoy Gateway on this machine", () => file.tryLock(true), {
      within: 600_000,
      every: 250,
    });
    return new GatewayLock(file);
  }

  async release(): Promise<void> {
    await this.#file.unlock();
    this.#file.close();
  }
}

/**
 * Waits until Envoy Gateway's fixed ports are free.
 *
 * @throws {Error} naming the port, if somebody else keeps it: traffic would otherwise reach the wrong control plane.
 */
export async function fixedPortsFree(): Promise<void> {
  for (const port of FIXED_PORTS) {
    await until(`port ${port}, which Envoy Gateway needs, is free`, () => {
      Deno.listen({ hostname: "0.0.0.0", port }).close();
      return true;
    }, { within: 30_000, every: 100 });
  }
}
