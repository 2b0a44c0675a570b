import { KeyMaterial } from "../model/mod.ts";
import { readTrust } from "../pki/mod.ts";
import { probePeer } from "./probe_peer.ts";
import type { NextTree, RotationPhase } from "./rotation_options.ts";
import { bytesOf } from "./tree.ts";

/** Where somebody listens who takes part in the mutual TLS of Envoy Gateway. */
export interface Peer {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
}

/**
 * Makes the question whether peers have taken what was published: whether each of them lets in a leaf of the next authority
 * while it is the trust that goes out, and whether each shows a leaf of it afterwards. Whoever does not answer has not.
 *
 * @param peers At least one; without any the answer would be yes.
 */
export function peersConverged(
  peers: readonly Peer[],
): (phase: RotationPhase, next: NextTree) => Promise<boolean> {
  return async (phase, { files }) => {
    const [certificate, key, ca] = ["tls.crt", "tls.key", "ca.crt"].map((name) => files.get(`envoy/${name}`));
    if (certificate === undefined || key === undefined || ca === undefined) return false;
    const pair = { certificate: bytesOf(certificate), key: new KeyMaterial(bytesOf(key)) };
    // The new authority stands first.
    const [authority] = readTrust(bytesOf(ca)).members;
    const probes = await Promise.all(peers.map((peer) => probePeer({ ...peer, pair })));
    return probes.every((probe) =>
      probe.kind === "answered" && probe.accepts && (phase === "trust" || probe.presentsFrom(authority.pem))
    );
  };
}
