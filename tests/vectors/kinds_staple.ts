import {
  certificate,
  EXT,
  extension,
  generalizedTime,
  issuerCertificate,
  soundExtensions,
} from "./_certificate.ts";
import { ctx, ctxRaw, hex, indefinite, int, join, nil, octets, oid, type Raw, seq, tlv } from "./_der.ts";
import { noise, p256 } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { ocsp, SERIAL, single } from "./_ocsp.ts";
import { certificatePem, keyPem, pair, pem } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const feature = (value: Raw, critical = false) => extension(EXT.tlsFeature, value, critical);
const statusRequest = () => feature(seq(int(5)));

/** A pair with a TLS feature extension (or none) and a staple (or none). */
const stapled = (tlsFeature: Uint8Array | null, staple?: Uint8Array) =>
  pair(
    certificatePem(certificate({ serial: int(SERIAL), extensions: soundExtensions({ tlsFeature }) })),
    keyPem(p256().pkcs8),
    staple,
  );

const revoked = () => ctx(1, generalizedTime("20240601000000Z"));

/** Staples, each beside a certificate that demands one and beside one that does not. */
const staples: Record<string, () => Uint8Array> = {
  "good": () => ocsp(),
  "by-key": () => ocsp({ responder: ctx(2, octets(noise("responder", 20))) }),
  "responder-unknown-tag": () => ocsp({ responder: ctx(3, octets(noise("responder", 20))) }),
  "with-certificates": () => ocsp({ certificates: ctx(0, seq(issuerCertificate())) }),
  "with-version": () => ocsp({ version: ctx(0, int(0)) }),
  "with-nonce": () =>
    ocsp({ extensions: ctx(1, seq(extension("1.3.6.1.5.5.7.48.1.2", noise("nonce", 16)))) }),
  "sha-256-id": () => ocsp({ singles: [single({ hash: "2.16.840.1.101.3.4.2.1" })] }),
  "single-extensions": () =>
    ocsp({ singles: [single({ extensions: ctx(1, seq(extension("1.3.6.1.4.1.99999.9", "x"))) })] }),
  "without-next-update": () => ocsp({ singles: [single({ nextUpdate: null })] }),
  "expired": () => ocsp({ singles: [single({ nextUpdate: generalizedTime("20240201000000Z") })] }),
  "from-the-future": () => ocsp({ singles: [single({ thisUpdate: generalizedTime("20890101000000Z") })] }),
  "next-before-this": () => ocsp({ singles: [single({ nextUpdate: generalizedTime("20230101000000Z") })] }),
  "revoked": () => ocsp({ singles: [single({ status: revoked() })] }),
  "revoked-with-reason": () =>
    ocsp({
      singles: [single({ status: ctx(1, generalizedTime("20240601000000Z"), ctx(0, tlv(0x0a, hex("01")))) })],
    }),
  "revoked-without-time": () => ocsp({ singles: [single({ status: ctx(1) })] }),
  "status-unknown": () => ocsp({ singles: [single({ status: ctxRaw(2, "") })] }),
  "status-tag-3": () => ocsp({ singles: [single({ status: ctxRaw(3, "") })] }),
  "status-good-constructed": () => ocsp({ singles: [single({ status: ctx(0, nil()) })] }),
  "of-other-serial": () => ocsp({ singles: [single({ serial: int(SERIAL + 1n) })] }),
  "of-other-issuer": () => ocsp({ singles: [single({ hash: "1.2.840.113549.2.5" })] }),
  "serial-with-leading-zero": () =>
    ocsp({ singles: [single({ serial: tlv(0x02, hex("0051ab1e0000000001")) })] }),
  "serial-negative": () => ocsp({ singles: [single({ serial: int(-SERIAL) })] }),
  "two-responses": () => ocsp({ singles: [single(), single({ serial: int(7) })] }),
  "two-responses-other-first": () => ocsp({ singles: [single({ serial: int(7) }), single()] }),
  "no-responses": () => ocsp({ singles: [] }),
  "malformed-request": () => ocsp({ status: 1, responseBytes: null }),
  "internal-error": () => ocsp({ status: 2, responseBytes: null }),
  "try-later": () => ocsp({ status: 3, responseBytes: null }),
  "status-4": () => ocsp({ status: 4, responseBytes: null }),
  "sig-required": () => ocsp({ status: 5, responseBytes: null }),
  "unauthorized": () => ocsp({ status: 6, responseBytes: null }),
  "status-7": () => ocsp({ status: 7, responseBytes: null }),
  "try-later-with-response": () => ocsp({ status: 3 }),
  "successful-without-response": () => ocsp({ responseBytes: null }),
  "other-type": () => ocsp({ type: "1.3.6.1.4.1.99999.8" }),
  "basic-garbage": () => ocsp({ basic: noise("basic", 90) }),
  "produced-utc-time": () => ocsp({ producedAt: tlv(0x17, "240101000000Z") }),
  "produced-without-seconds": () => ocsp({ producedAt: generalizedTime("202401010000Z") }),
  "this-update-fraction": () =>
    ocsp({ singles: [single({ thisUpdate: generalizedTime("20240101000000.5Z") })] }),
  "this-update-garbage": () => ocsp({ singles: [single({ thisUpdate: generalizedTime("yesterday") })] }),
  "next-update-garbage": () =>
    ocsp({ singles: [single({ nextUpdate: generalizedTime("tomorrow at six") })] }),
  "next-update-month-13": () =>
    ocsp({ singles: [single({ nextUpdate: generalizedTime("20901301000000Z") })] }),
  "empty": () => new Uint8Array(),
  "garbage": () => noise("staple", 200),
  "text": () => new TextEncoder().encode("not a staple"),
  "one-byte": () => hex("30"),
  "truncated": () => ocsp().slice(0, -5),
  "trailing-byte": () => join(ocsp(), hex("00")),
  "indefinite": () => indefinite(ocsp()),
  "pem": () => new TextEncoder().encode(pem("OCSP RESPONSE", ocsp())),
  "a-certificate": () => certificate(),
};

const demanded: Table = Object.fromEntries(
  Object.entries(staples).flatMap(([what, make]) => [
    [`${what}-demanded`, () => stapled(statusRequest(), make())],
    [`${what}-offered`, () => stapled(null, make())],
  ]),
);

const features: Table = {
  "must-staple": () => stapled(statusRequest()),
  "must-staple-critical": () => stapled(feature(seq(int(5)), true)),
  "must-staple-v2": () => stapled(feature(seq(int(17)))),
  "both-versions": () => stapled(feature(seq(int(5), int(17)))),
  "status-request-second": () => stapled(feature(seq(int(16), int(5)))),
  "other-feature": () => stapled(feature(seq(int(16)))),
  "no-feature": () => stapled(feature(seq())),
  "status-request-not-minimal": () => stapled(feature(seq(tlv(0x02, hex("0005"))))),
  "status-request-261": () => stapled(feature(seq(int(261)))),
  "huge-number": () => stapled(feature(seq(int(1n << 80n)))),
  "negative": () => stapled(feature(seq(int(-5)))),
  "not-a-sequence": () => stapled(feature(int(5))),
  "member-not-a-number": () => stapled(feature(seq(oid("1.2.3")))),
  "trailing": () => stapled(feature(join(seq(int(5)), nil()))),
  "value-empty": () => stapled(feature("")),
  "junk": () => stapled(feature("junk")),
  "junk-with-staple": () => stapled(feature("junk"), ocsp()),
  "long-form-length": () => stapled(feature(hex("308103020105"))),
  "indefinite": () => stapled(feature(hex("30800201050000"))),
  "twice": () =>
    pair(
      certificatePem(certificate({ extensions: [...soundExtensions(), statusRequest(), statusRequest()] })),
      keyPem(p256().pkcs8),
    ),
  "staple-negative-serial": () =>
    pair(
      certificatePem(
        certificate({ serial: int(-5), extensions: soundExtensions({ tlsFeature: statusRequest() }) }),
      ),
      keyPem(p256().pkcs8),
      ocsp({ singles: [single({ serial: int(-5) })] }),
    ),
  "staple-huge-serial": () =>
    pair(
      certificatePem(
        certificate({
          serial: int(1n << 700n),
          extensions: soundExtensions({ tlsFeature: statusRequest() }),
        }),
      ),
      keyPem(p256().pkcs8),
      ocsp({ singles: [single({ serial: int(1n << 700n) })] }),
    ),
};

/** The TLS feature extension and OCSP staples. */
export const stapleKinds: Kind[] = [...group("feature", features), ...group("staple", demanded)];
