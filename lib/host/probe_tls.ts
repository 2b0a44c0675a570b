import { connect, type PeerCertificate } from "node:tls";

/** Whom to ask, and for which name. */
export interface ProbeTarget {
  /** Name or address of the server. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** Sent as SNI. */
  readonly servername: string;
  /** Milliseconds; default 3000. */
  readonly timeoutMs?: number;
}

/** What a TLS handshake showed. */
export type TlsProbe =
  | {
    readonly kind: "presented";
    /** Lower-case hex, two digits a byte. */
    readonly serial: string;
    /** SHA-256, upper-case hex with colons. */
    readonly fingerprint: string;
    /** DNS names and IP addresses of the certificate. */
    readonly names: readonly string[];
    /** Common name, or the whole subject where it has none. */
    readonly subject: string;
    /** Milliseconds since the epoch. */
    readonly notBefore: number;
    /** Milliseconds since the epoch. */
    readonly notAfter: number;
    /** E.g. `TLSv1.3`. */
    readonly protocol: string;
  }
  /** The connection was made and ended without a certificate: the server does not serve this name. */
  | { readonly kind: "refused"; readonly detail: string }
  /** There was no connection at all, or no answer in time. */
  | { readonly kind: "unreachable"; readonly detail: string };

/**
 * Makes a TLS handshake as a client of a name would, and says which certificate it was shown. Nothing is verified and
 * nothing is sent.
 */
export function probeTls({ host, port, servername, timeoutMs = 3000 }: ProbeTarget): Promise<TlsProbe> {
  return new Promise((resolve) => {
    let connected = false;
    const socket = connect({
      host,
      port,
      servername,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2", "http/1.1"],
    });
    const finish = (probe: TlsProbe) => {
      clearTimeout(timer);
      resolve(probe);
      socket.destroy();
    };
    const fail = (detail: string) => finish({ kind: connected ? "refused" : "unreachable", detail });
    const timer = setTimeout(
      () => finish({ kind: "unreachable", detail: `no answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    socket.once("connect", () => connected = true);
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate();
      if (!certificate?.serialNumber) return fail("the server showed no certificate");
      finish({ kind: "presented", ...describe(certificate), protocol: socket.getProtocol() ?? "" });
    });
    socket.once("error", (error: Error & { code?: string }) => {
      fail(error.code === "ECONNREFUSED" ? "nobody listens there" : error.message || String(error.code));
    });
    socket.once("close", () => fail("the server closed the connection"));
  });
}

function describe(certificate: PeerCertificate) {
  const serial = certificate.serialNumber.toLowerCase();
  const names = (certificate.subjectaltname ?? "").split(/,\s*/).map((name) =>
    name.replace(/^(DNS|IP Address):/, "")
  );
  return {
    serial: serial.padStart(serial.length + serial.length % 2, "0"),
    fingerprint: certificate.fingerprint256,
    names: names.filter((name) => name !== ""),
    subject: String(certificate.subject?.CN ?? JSON.stringify(certificate.subject ?? {})),
    notBefore: Date.parse(certificate.valid_from),
    notAfter: Date.parse(certificate.valid_to),
  };
}
