import { X509Certificate } from "node:crypto";
import { connect } from "node:tls";
import type { KeyMaterial } from "../model/mod.ts";

/** A peer that takes part in the mutual TLS of Envoy Gateway, and with what to knock there. */
export interface PeerTarget {
  /** Name or address. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** What to show: PEM of a leaf of the authority in question, and of its key. */
  readonly pair: { readonly certificate: Uint8Array; readonly key: KeyMaterial };
  /** Milliseconds; default 3000. */
  readonly timeoutMs?: number;
}

/** What a knock showed. */
export type PeerProbe =
  | {
    readonly kind: "answered";
    /** Whether it let the leaf that was shown to it in: it trusts its authority. */
    readonly accepts: boolean;
    /** The leaf that it showed, as PEM-independent SHA-256, upper-case hex with colons. */
    readonly presents: string;
    /** Whether the given authority signed the leaf that it showed. */
    presentsFrom(authority: Uint8Array): boolean;
  }
  | { readonly kind: "unreachable"; readonly detail: string };

/**
 * Long enough for a refusal to come back on a loaded host. In TLS 1.3 a client has finished before the server has looked at
 * its certificate, so an acceptance shows only in that something is sent, or in that no refusal comes.
 */
const SILENCE_MS = 500;

/**
 * Makes a handshake with a client certificate, and says whether the peer lets it in and which certificate it shows.
 * Nothing is verified here: this asks whom the peer trusts.
 */
export function probePeer({ host, port, pair, timeoutMs = 3000 }: PeerTarget): Promise<PeerProbe> {
  return new Promise((resolve) => {
    let shown: X509Certificate | null = null;
    let silence: ReturnType<typeof setTimeout> | undefined;
    const socket = connect({
      host,
      port,
      // It has to be there for a peer that chooses by name; Envoy Gateway does not.
      servername: "envoy-gateway",
      cert: new TextDecoder().decode(pair.certificate),
      key: new TextDecoder().decode(pair.key.open()),
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    const finish = (probe: PeerProbe) => {
      clearTimeout(timer);
      clearTimeout(silence);
      resolve(probe);
      socket.destroy();
    };
    const answered = (accepts: boolean) => {
      const leaf = shown;
      if (leaf === null) return finish({ kind: "unreachable", detail: "it showed no certificate" });
      finish({
        kind: "answered",
        accepts,
        presents: leaf.fingerprint256,
        presentsFrom: (authority) => isFrom(leaf, authority),
      });
    };
    const timer = setTimeout(
      () => finish({ kind: "unreachable", detail: `no answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    socket.once("secureConnect", () => {
      const raw = socket.getPeerCertificate()?.raw;
      shown = raw === undefined ? null : new X509Certificate(raw);
      silence = setTimeout(() => answered(true), SILENCE_MS);
    });
    // A server of HTTP/2 speaks first.
    socket.once("data", () => answered(true));
    socket.once("error", (error) => {
      if (shown !== null) answered(false);
      else finish({ kind: "unreachable", detail: error.message });
    });
    socket.once("close", () => answered(false));
  });
}

function isFrom(leaf: X509Certificate, authority: Uint8Array): boolean {
  try {
    const issuer = new X509Certificate(authority as never);
    return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
  } catch {
    return false;
  }
}
