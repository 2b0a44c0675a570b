import { ServerCredentials } from "@grpc/grpc-js";
import type { KeyMaterial } from "../model/mod.ts";

/** What the handshakes from now on are made with; all of it PEM. */
export interface TlsMaterial {
  readonly certificate: Uint8Array;
  readonly key: KeyMaterial;
  readonly clientCa: Uint8Array;
}

type Credentials = new (options: object, context: object) => ServerCredentials;

/** First version of Deno that does not let clients in without a certificate (measured: 2.7.13 does). */
export const OLDEST_DENO = "2.7.14";

/** Whether this runtime asks clients for certificates as it should. */
export function runtimeChecksClients(version: string): boolean {
  const [found, oldest] = [version, OLDEST_DENO].map((text) => text.split(/[.+-]/).map(Number));
  for (let i = 0; i < oldest.length; i++) if (found[i] !== oldest[i]) return found[i] > oldest[i];
  return true;
}

/**
 * Milliseconds for a handshake. Whoever reaches the port can open connections without a certificate, and each of them costs memory
 * and a descriptor until it is over; the runtime would give it two minutes.
 */
const HANDSHAKE = 10_000;

// grpc-js has credentials that reload too, and those cannot ask for TLS 1.3. The class is abstract in its types only.
class Reloading extends (ServerCredentials as unknown as Credentials) {
  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

/** The TLS side of the hook: new handshakes use what was put here last, connections that are there stay. */
export class HookCredentials {
  /** For the server. A client that the runtime cannot verify comes as far as the guard, which knows why. */
  readonly server: ServerCredentials;

  /** @param handshakeTimeout Milliseconds after which a handshake that has not ended is ended; other ones in tests. */
  constructor(material: TlsMaterial, handshakeTimeout = HANDSHAKE) {
    const options = { requestCert: true, rejectUnauthorized: false, handshakeTimeout };
    this.server = new Reloading(options, contextOf(material));
  }

  /** Takes other material into use, in one step. */
  use(material: TlsMaterial): void {
    const { updateSecureContextOptions } = this.server as unknown as {
      updateSecureContextOptions(context: object): void;
    };
    updateSecureContextOptions.call(this.server, contextOf(material));
  }
}

function contextOf({ certificate, key, clientCa }: TlsMaterial) {
  return {
    ca: Buffer.from(clientCa),
    cert: [Buffer.from(certificate)],
    key: [Buffer.from(key.open())],
    // Asked for each time: a context without it takes TLS 1.2 again.
    minVersion: "TLSv1.3",
  };
}
