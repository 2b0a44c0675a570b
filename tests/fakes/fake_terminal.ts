import type { Terminal } from "../../lib/cli/terminal.ts";

/** A terminal that nobody watches and that remembers what was written, without colours. */
export class FakeTerminal implements Terminal {
  readonly watched = false;
  readonly screen: boolean;
  #out = "";
  #err = "";

  constructor({ screen = false } = {}) {
    this.screen = screen;
  }

  out(text: string): void {
    this.#out += text;
  }

  err(text: string): void {
    this.#err += text;
  }

  get stdout(): string {
    return plain(this.#out);
  }

  get stderr(): string {
    return plain(this.#err);
  }
}

function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- that is what colours are made of
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
