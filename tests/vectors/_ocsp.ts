import { createHash } from "node:crypto";
import { commonName, generalizedTime } from "./_certificate.ts";
import { bits, ctx, ctxRaw, int, nil, octets, oid, seq, tlv } from "./_der.ts";
import { noise, p256 } from "./_keys.ts";

/** What an OCSP response says; whatever is left out is a sound "good" for {@linkcode SERIAL}. */
export interface OcspOptions {
  /** OCSPResponseStatus; 0 is successful. */
  readonly status?: number;
  /** Replaces the responseBytes field; `null` for none. */
  readonly responseBytes?: Uint8Array | null;
  readonly type?: string;
  /** Replaces the BasicOCSPResponse. */
  readonly basic?: Uint8Array;
  /** Replaces the SingleResponses. */
  readonly singles?: readonly Uint8Array[];
  readonly producedAt?: Uint8Array;
  readonly responder?: Uint8Array;
  readonly version?: Uint8Array;
  readonly extensions?: Uint8Array;
  readonly certificates?: Uint8Array;
}

/** What one SingleResponse says. */
export interface SingleOptions {
  readonly serial?: Uint8Array;
  readonly hash?: string;
  readonly status?: Uint8Array;
  readonly thisUpdate?: Uint8Array;
  readonly nextUpdate?: Uint8Array | null;
  readonly extensions?: Uint8Array;
}

/** The serial of the certificate that a staple is about. */
export const SERIAL = 0x51ab1e0000000001n;

const sha1 = (bytes: Uint8Array) => new Uint8Array(createHash("sha1").update(bytes).digest());

/** RFC 6960 SingleResponse. */
export function single(options: SingleOptions = {}): Uint8Array {
  const certId = seq(
    seq(oid(options.hash ?? "1.3.14.3.2.26"), nil()),
    octets(sha1(commonName("Vector Issuing CA"))),
    octets(sha1(p256("issuer").spki.slice(26))),
    options.serial ?? int(SERIAL),
  );
  const next = options.nextUpdate === undefined ? generalizedTime("20900101000000Z") : options.nextUpdate;
  return seq(
    certId,
    options.status ?? ctxRaw(0, ""),
    options.thisUpdate ?? generalizedTime("20240101000000Z"),
    ...(next ? [ctx(0, next)] : []),
    ...(options.extensions ? [options.extensions] : []),
  );
}

/** RFC 6960 OCSPResponse; nobody checks its signature when it is loaded. */
export function ocsp(options: OcspOptions = {}): Uint8Array {
  const data = seq(
    ...(options.version ? [options.version] : []),
    options.responder ?? ctx(1, commonName("Vector Issuing CA")),
    options.producedAt ?? generalizedTime("20240101000000Z"),
    seq(...(options.singles ?? [single()])),
    ...(options.extensions ? [options.extensions] : []),
  );
  const algorithm = seq(oid("1.2.840.10045.4.3.2"));
  const basic = options.basic ??
    seq(data, algorithm, bits(noise("ocsp", 70)), ...(options.certificates ? [options.certificates] : []));
  const bytes = options.responseBytes === undefined
    ? ctx(0, seq(oid(options.type ?? "1.3.6.1.5.5.7.48.1.1"), octets(basic)))
    : options.responseBytes;
  return seq(tlv(0x0a, Uint8Array.of(options.status ?? 0)), ...(bytes ? [bytes] : []));
}
