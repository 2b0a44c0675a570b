import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** What one side of a mutual TLS handshake needs, PEM. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** How often a late peer looks at its files; little against how late it is. */
const EVERY = 40;

/** What stands in a folder of the tree now: all three files of one generation, where generations have directories. */
export async function readCredentials(home: string, folder: string): Promise<Credentials> {
  const directory = dirname(realpathSync(join(home, "certs", folder, "ca.crt")));
  const [ca, cert, key] = await Promise.all(
    ["ca.crt", "tls.crt", "tls.key"].map((name) => Deno.readTextFile(join(directory, name))),
  );
  return { ca, cert, key };
}

/** Somebody who takes what is in the folder `envoy` only some time after it came there. */
export class LatePeer {
  #holds: Credentials;
  #seen: string;
  #before: string;
  #taken: ((holds: Credentials) => void) | null = null;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #looks: ReturnType<typeof setInterval>;

  private constructor(readonly home: string, readonly late: number, holds: Credentials) {
    this.#holds = holds;
    this.#seen = this.#before = JSON.stringify(holds);
    this.#looks = setInterval(() => this.#look().catch(() => {}), EVERY);
  }

  /** @param late Milliseconds from the moment when something new is seen until it is used. */
  static async start(home: string, late: number): Promise<LatePeer> {
    return new LatePeer(home, late, await readCredentials(home, "envoy"));
  }

  /** What it uses. */
  get holds(): Credentials {
    return this.#holds;
  }

  /** Has somebody told of each change of what it uses. */
  onTaken(taken: (holds: Credentials) => void): void {
    this.#taken = taken;
  }

  /** Whether it uses what is there. */
  async isCurrent(): Promise<boolean> {
    return JSON.stringify(this.#holds) === JSON.stringify(await readCredentials(this.home, "envoy"));
  }

  async #look(): Promise<void> {
    const found = await readCredentials(this.home, "envoy");
    const text = JSON.stringify(found);
    // Files that are written in place may be half there: what counts was the same twice.
    const steady = text === this.#before;
    this.#before = text;
    if (!steady || text === this.#seen) return;
    this.#seen = text;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#holds = found;
      this.#taken?.(found);
    }, this.late);
    this.#timers.add(timer);
  }

  stop(): void {
    clearInterval(this.#looks);
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
