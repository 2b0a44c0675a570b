import type { ChainView } from "../xds/mod.ts";

/**
 * The server names that the kept chains of one listener answer for.
 *
 * Envoy takes the most specific match: the name itself, then wildcards from the longest, then chains without names,
 * then the default chain. Other criteria of a match (ports, addresses, protocols) are taken as met, so the answer is
 * rather "caught" than not.
 */
export class ServerNames {
  readonly #names = new Set<string>();
  #catchAll = false;

  constructor(kept: readonly ChainView[]) {
    for (const chain of kept) {
      const names = chain.place === "default" ? [] : chain.serverNames;
      if (names.length === 0) this.#catchAll = true;
      for (const name of names) this.#names.add(name.toLowerCase());
    }
  }

  /** Whether a client of one of these names, or of any name if there is none, would get to a kept chain. */
  catches(serverNames: readonly string[]): boolean {
    return this.#catchAll || serverNames.some((name) => this.#catchesOne(name.toLowerCase()));
  }

  #catchesOne(name: string): boolean {
    if (this.#names.has(name)) return true;
    for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
      if (this.#names.has("*" + name.slice(dot))) return true;
    }
    return this.#names.has("*");
  }
}
