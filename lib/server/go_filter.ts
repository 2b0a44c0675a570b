import { knowsGoFilter, withoutGoFilter } from "../host/mod.ts";

/** Whether the Envoy binary of the host knows the Go filter: asked once, and again when its file is another one. */
export class GoFilter {
  readonly #path: string;
  readonly #know: (path: string) => Promise<boolean | null>;
  /** Of the file that was asked; empty before the first answer. */
  #stamp = "";
  #knows: boolean | null = null;
  #asking: Promise<void> | null = null;

  /**
   * @param path The binary.
   * @param know Asks it; a real run of it unless told.
   */
  constructor(path: string, know: (path: string) => Promise<boolean | null> = knowsGoFilter) {
    this.#path = path;
    this.#know = know;
  }

  /** Why this Envoy would refuse the firewall; empty if it takes it, has not been asked yet, or does not say. */
  get problem(): string {
    return this.#knows === false ? withoutGoFilter(this.#path) : "";
  }

  /** Whether it was asked, whatever the answer was. */
  get asked(): boolean {
    return this.#stamp !== "";
  }

  /** Resolves when it was asked; at once if it was before. Never rejects. */
  async ask(): Promise<void> {
    if (!this.asked) await this.look();
  }

  /** As {@linkcode ask}, and asks again if the file is another one, or did not say. Never rejects. */
  look(): Promise<void> {
    return this.#asking ??= this.#look().finally(() => this.#asking = null);
  }

  async #look(): Promise<void> {
    // A build of another flavour may give the same version, so the file itself counts.
    const stamp = await stampOf(this.#path);
    if (stamp === this.#stamp && this.#knows !== null) return;
    const knows = await this.#know(this.#path).catch(() => null);
    this.#stamp = stamp;
    this.#knows = knows;
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtime } = await Deno.stat(path);
    return `${dev} ${ino} ${size} ${mtime?.getTime()}`;
  } catch {
    return "gone";
  }
}
