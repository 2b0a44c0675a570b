import type { TestPair } from "../e2e/harness/pairs.ts";

/** Where certbot keeps pairs: the files in `archive`, and links to the newest of them in `live`, a folder for each name. */
export class CertbotFolder {
  readonly #root: string;
  readonly #rounds = new Map<string, number>();

  constructor(root: string) {
    this.#root = root;
    for (const name of ["live", "archive"]) Deno.mkdirSync(`${root}/${name}`, { recursive: true });
  }

  /** The pattern of a source. */
  get pattern(): string {
    return `${this.#root}/live/*`;
  }

  /**
   * Puts a pair in place as certbot does at a renewal: new files first, then one link after the other.
   *
   * @param key Instead of its own, for a renewal that goes wrong.
   */
  renew({ host, certificate, key: own }: TestPair, key = own): void {
    const round = (this.#rounds.get(host) ?? 0) + 1;
    this.#rounds.set(host, round);
    const [live, archive] = ["live", "archive"].map((name) => `${this.#root}/${name}/${host}`);
    for (const folder of [live, archive]) Deno.mkdirSync(folder, { recursive: true });
    for (const [name, text] of [["privkey", key], ["fullchain", certificate]]) {
      Deno.writeTextFileSync(`${archive}/${name}${round}.pem`, text, { mode: 0o600 });
    }
    for (const name of ["privkey", "fullchain"]) {
      const link = `${live}/${name}.pem`;
      if (round > 1) Deno.removeSync(link);
      Deno.symlinkSync(`../../archive/${host}/${name}${round}.pem`, link);
    }
  }
}
