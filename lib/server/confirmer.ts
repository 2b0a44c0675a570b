import type { EnvoyAnswer } from "../health/mod.ts";
import { EnvoyOracle } from "../host/mod.ts";
import type { PairBytes } from "../model/mod.ts";

/** Somebody who can say what Envoy loads: the host's own binary, or a fake in a test. */
export interface Confirmer {
  /** Names the Envoy build; an answer is worth nothing to another build. */
  readonly build: string;
  /** The build that stands there now; the binary is run again only if its file has changed. */
  currentBuild(): Promise<string | null>;
  /**
   * @param pairs Pairs never asked about before.
   * @param options What the rules expect of each, and the time, in milliseconds since the epoch, to stop at.
   * @returns An answer each, in order; `null` where none could be had.
   */
  confirm(
    pairs: readonly PairBytes[],
    options: { expected: readonly boolean[]; deadline: number },
  ): Promise<(EnvoyAnswer | null)[]>;
  /** The same for trust bundles. */
  confirmTrust(
    bundles: readonly Uint8Array[],
    options: { deadline: number },
  ): Promise<(EnvoyAnswer | null)[]>;
  /** Why the latest question was not answered. */
  whyNot(): string;
}

/**
 * Makes a confirmer of an Envoy binary.
 *
 * @param path Absolute path of the binary.
 * @returns `null` if the binary does not say which build it is, which no Envoy fails to do.
 */
export async function makeConfirmer(path: string): Promise<Confirmer | null> {
  const oracle = new EnvoyOracle({ envoyPath: path });
  const build = await oracle.version();
  if (build === null) return null;
  return {
    build,
    currentBuild: () => oracle.version(),
    confirm: (pairs, options) => oracle.confirm(pairs, options),
    confirmTrust: (bundles, options) => oracle.confirmTrust(bundles, options),
    whyNot: () => oracle.lastError ?? "",
  };
}
