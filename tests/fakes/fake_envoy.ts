import { join } from "node:path";

/** What Envoys say when they are asked to take the Go filter, in their own words. */
export const GO_FILTER_WORDS = {
  lacksType:
    "error initializing configuration \\'\\': Unable to parse JSON as proto (INVALID_ARGUMENT: could not find @type " +
    "\\'type.googleapis.com/envoy.extensions.filters.http.golang.v3alpha.Config\\'): {}",
  lacksFactory:
    "error initializing configuration '': Didn't find a registered implementation for 'certgate-probe' with type URL: " +
    "'envoy.extensions.filters.http.golang.v3alpha.Config'",
  knows:
    "error initializing configuration '': golang_filter: load library failed: certgate-probe /dev/null/certgate-probe.so",
  unclear: "error initializing configuration '': there is no more memory",
} as const;

/** A program that answers as an Envoy of some version, and writes down how often it was asked for more than that. */
export class FakeEnvoy {
  readonly path: string;
  readonly #asked: string;

  /** @param dir Where it is put. */
  constructor(dir: string) {
    this.path = join(dir, "envoy");
    this.#asked = join(dir, "asked");
  }

  /**
   * Puts another binary of the same version in its place.
   *
   * @param words What it says on standard error when it is asked about a configuration.
   * @param wait A file that it waits for before it answers; none unless told.
   */
  async install(words: string, wait?: string): Promise<void> {
    const quoted = words.replaceAll("'", `'\\''`);
    const text = `#!/bin/sh
[ "$1" = --version ] && { echo "envoy  version: 0/1.40.0/Clean/RELEASE/BoringSSL"; exit 0; }
echo x >> '${this.#asked}'
${wait === undefined ? "" : `while [ ! -e '${wait}' ]; do sleep 0.05; done`}
printf '%s\\n' '${quoted}' >&2
exit 1
`;
    const next = `${this.path}.next`;
    await Deno.writeTextFile(next, text);
    await Deno.chmod(next, 0o755);
    await Deno.rename(next, this.path);
  }

  /** How often it was asked about a configuration. */
  async asked(): Promise<number> {
    const text = await Deno.readTextFile(this.#asked).catch(() => "");
    return text.length / 2;
  }
}
