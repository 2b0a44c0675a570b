import { type Dependent, parseHttpAddress } from "../resources/mod.ts";
import { type PeerTarget, probePeer } from "./probe_peer.ts";

/** What a handshake with a dependent has shown. */
export interface DependentProbe {
  readonly name: string;
  /** `stale` refuses the leaf of the current authority, so it trusts another one only. */
  readonly state: "current" | "stale" | "unreachable";
  /** Whether it shows a leaf of the current authority itself; `null` if it could not be reached. */
  readonly showsCurrent: boolean | null;
  /** One line for people. */
  readonly message: string;
}

/**
 * Asks each dependent that has a `probe` whether it trusts the current authority: shows it a leaf of that authority, and
 * looks at the certificate that comes back.
 *
 * @param pair A leaf of the current authority and its key, that of Envoy.
 * @param authority PEM of the current authority, and of nothing else.
 * @returns One for each with a `probe`, in order. Never throws.
 */
export async function probeDependents(
  dependents: readonly Dependent[],
  pair: PeerTarget["pair"],
  authority: Uint8Array,
): Promise<DependentProbe[]> {
  const probes = dependents.flatMap(({ name, probe }) => {
    const address = probe === undefined ? "" : parseHttpAddress(probe);
    return typeof address === "string" || address.kind !== "tcp" ? [] : [{ name, address }];
  });
  return await Promise.all(probes.map(async ({ name, address: { host, port } }) => {
    // A pair that is being replaced right now may not fit together.
    const answer = await probePeer({ host, port, pair })
      .catch((error) => ({ kind: "unreachable", detail: (error as Error).message }) as const);
    if (answer.kind === "unreachable") {
      const message = `it cannot be asked: ${answer.detail}`;
      return { name, state: "unreachable", showsCurrent: null, message } as const;
    }
    const showsCurrent = answer.presentsFrom(authority);
    const own = showsCurrent ? "" : ", and its own certificate is not from there";
    return answer.accepts
      ? { name, state: "current", showsCurrent, message: `it trusts the current authority${own}` } as const
      : { name, state: "stale", showsCurrent, message: `it refuses the current authority${own}` } as const;
  }));
}
