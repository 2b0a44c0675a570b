import { commonName, dns, EXT, extension, HOST, soundExtensions } from "./_certificate.ts";
import {
  bits,
  bool,
  ctx,
  ctxRaw,
  hex,
  int,
  join,
  nil,
  octets,
  oid,
  type Raw,
  seq,
  set,
  tlv,
} from "./_der.ts";
import { noise } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certPair, type pair } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const UNKNOWN = "1.3.6.1.4.1.99999.1";
/** The sound extensions and one more, or one of them replaced. */
const withOne = (dotted: string, value: Raw, critical: boolean | Uint8Array = false) =>
  certPair({
    extensions: dotted === EXT.basicConstraints
      ? soundExtensions({ basicConstraints: extension(dotted, value, critical) })
      : soundExtensions({ one: extension(dotted, value, critical) }),
  });
const rawExtension = (der: Uint8Array) => certPair({ extensions: soundExtensions({ raw: der }) });
const basic = (value: Raw, critical: boolean | Uint8Array = true) =>
  withOne(EXT.basicConstraints, value, critical);

/** Extensions that are known: each once malformed, twice in other ways. */
const known: Table = Object.fromEntries(
  Object.entries({
    "subject-key-id": [EXT.subjectKeyId, octets(noise("skid", 20))],
    "issuer-alt-name": [EXT.issuerAltName, seq(dns(HOST))],
    "name-constraints": [EXT.nameConstraints, seq(ctx(0, seq(dns("example.com"))))],
    "crl-distribution-points": [
      EXT.crlDistributionPoints,
      seq(seq(ctx(0, ctx(0, ctxRaw(6, "http://example.com/crl"))))),
    ],
    "certificate-policies": [EXT.certificatePolicies, seq(seq(oid("2.23.140.1.2.1")))],
    "policy-mappings": [EXT.policyMappings, seq(seq(oid("1.2.3"), oid("1.2.4")))],
    "authority-key-id": [EXT.authorityKeyId, seq(ctxRaw(0, noise("akid", 20)))],
    "policy-constraints": [EXT.policyConstraints, seq(ctxRaw(0, "\0"))],
    "freshest-crl": [EXT.freshestCrl, seq(seq(ctx(0, ctx(0, ctxRaw(6, "http://example.com/crl")))))],
    "inhibit-any-policy": [EXT.inhibitAnyPolicy, int(0)],
    "authority-info-access": [
      EXT.authorityInfoAccess,
      seq(seq(oid("1.3.6.1.5.5.7.48.1"), ctxRaw(6, "http://example.com/ocsp"))),
    ],
    "netscape-type": ["2.16.840.1.113730.1.1", bits(hex("40"), 6)],
    "certificate-transparency": ["1.3.6.1.4.1.11129.2.4.2", octets(noise("sct", 120))],
    "ct-poison": ["1.3.6.1.4.1.11129.2.4.3", nil()],
    "ocsp-no-check": ["1.3.6.1.5.5.7.48.1.5", nil()],
    "private-key-usage-period": ["2.5.29.16", seq(ctxRaw(0, "20240101000000Z"))],
    "proxy-cert-info": ["1.3.6.1.5.5.7.1.14", seq(seq(oid("1.3.6.1.5.5.7.21.1")))],
    "subject-info-access": [
      "1.3.6.1.5.5.7.1.11",
      seq(seq(oid("1.3.6.1.5.5.7.48.5"), ctxRaw(6, "http://example.com/"))),
    ],
    "ip-address-blocks": ["1.3.6.1.5.5.7.1.7", seq(seq(octets(hex("0001")), nil()))],
  } as Record<string, [string, Uint8Array]>).flatMap(([what, [dotted, value]]) => [
    [`${what}`, () => withOne(dotted, value)],
    [`${what}-critical`, () => withOne(dotted, value, true)],
    [`${what}-junk`, () => withOne(dotted, "junk")],
    [`${what}-empty`, () => withOne(dotted, "")],
    [`${what}-empty-sequence`, () => withOne(dotted, seq())],
    [`${what}-trailing`, () => withOne(dotted, join(value, nil()))],
    [
      `${what}-twice`,
      () =>
        certPair({ extensions: [...soundExtensions(), extension(dotted, value), extension(dotted, value)] }),
    ],
  ]),
);

const constraints: Table = {
  "absent": () => certPair({ extensions: soundExtensions({ basicConstraints: null }) }),
  "ca": () => basic(seq(bool(true))),
  "ca-not-critical": () => basic(seq(bool(true)), false),
  "ca-path-length-0": () => basic(seq(bool(true), int(0))),
  "ca-path-length-1000": () => basic(seq(bool(true), int(1000))),
  "ca-path-length-huge": () => basic(seq(bool(true), int(1n << 80n))),
  "ca-path-length-negative": () => basic(seq(bool(true), int(-1))),
  "not-ca-path-length-0": () => basic(seq(int(0))),
  "explicit-false": () => basic(seq(bool(false))),
  "true-as-one": () => basic(seq(bool(1))),
  "boolean-of-two-bytes": () => basic(seq(hex("0102ffff"))),
  "boolean-empty": () => basic(seq(hex("0100"))),
  "not-critical": () => basic(seq(), false),
  "value-empty": () => basic(""),
  "junk": () => basic("junk"),
  "trailing": () => basic(join(seq(), nil())),
  "trailing-inside": () => basic(seq(bool(true), int(0), nil())),
  "not-a-sequence": () => basic(set()),
  "twice": () => {
    const one = extension(EXT.basicConstraints, seq());
    return certPair({ extensions: [...soundExtensions({ basicConstraints: one }), one] });
  },
};

const deeper: Table = {
  "name-constraints-ip": () =>
    withOne(EXT.nameConstraints, seq(ctx(0, seq(ctxRaw(7, hex("7f000000ff000000"))))), true),
  "name-constraints-ip-4-bytes": () =>
    withOne(EXT.nameConstraints, seq(ctx(0, seq(ctxRaw(7, hex("7f000001"))))), true),
  "name-constraints-minimum": () =>
    withOne(EXT.nameConstraints, seq(ctx(0, seq(dns("a"), ctxRaw(0, "\x01"))))),
  "name-constraints-excluded": () => withOne(EXT.nameConstraints, seq(ctx(1, seq(dns("example.com"))))),
  "name-constraints-excludes-itself": () => withOne(EXT.nameConstraints, seq(ctx(1, seq(dns(HOST)))), true),
  "name-constraints-unknown-form": () =>
    withOne(EXT.nameConstraints, seq(ctx(0, seq(ctxRaw(8, hex("2a03")))))),
  "authority-key-id-empty-key": () => withOne(EXT.authorityKeyId, seq(ctxRaw(0, ""))),
  "authority-key-id-issuer-and-serial": () =>
    withOne(EXT.authorityKeyId, seq(ctx(1, ctx(4, commonName("ca"))), ctxRaw(2, "\x05"))),
  "authority-key-id-issuer-without-serial": () =>
    withOne(EXT.authorityKeyId, seq(ctx(1, ctx(4, commonName("ca"))))),
  "authority-key-id-serial-only": () => withOne(EXT.authorityKeyId, seq(ctxRaw(2, "\x05"))),
  "authority-key-id-unknown-tag": () => withOne(EXT.authorityKeyId, seq(ctxRaw(5, "x"))),
  "subject-key-id-not-wrapped": () => withOne(EXT.subjectKeyId, noise("skid", 20)),
  "subject-key-id-zero-length": () => withOne(EXT.subjectKeyId, octets("")),
  "subject-key-id-1000-bytes": () => withOne(EXT.subjectKeyId, octets(noise("skid", 1000))),
  "policies-same-twice": () => withOne(EXT.certificatePolicies, seq(seq(oid("1.2.3")), seq(oid("1.2.3")))),
  "policies-any": () => withOne(EXT.certificatePolicies, seq(seq(oid("2.5.29.32.0")))),
  "policies-cps": () =>
    withOne(
      EXT.certificatePolicies,
      seq(seq(oid("1.2.3"), seq(seq(oid("1.3.6.1.5.5.7.2.1"), tlv(0x16, "http://example.com/cps"))))),
    ),
  "policies-broken-qualifier": () =>
    withOne(EXT.certificatePolicies, seq(seq(oid("1.2.3"), seq(seq(int(1)))))),
  "policies-unknown-qualifier": () =>
    withOne(EXT.certificatePolicies, seq(seq(oid("1.2.3"), seq(seq(oid("1.2.9"), utf8Text("text")))))),
  "policy-constraints-both": () =>
    withOne(EXT.policyConstraints, seq(ctxRaw(0, "\0"), ctxRaw(1, "\0")), true),
  "policy-constraints-negative": () => withOne(EXT.policyConstraints, seq(ctxRaw(0, "\xff"))),
  "inhibit-any-policy-negative": () => withOne(EXT.inhibitAnyPolicy, int(-1)),
  "inhibit-any-policy-huge": () => withOne(EXT.inhibitAnyPolicy, int(1n << 100n)),
  "crl-point-reasons": () =>
    withOne(
      EXT.crlDistributionPoints,
      seq(seq(ctx(0, ctx(0, ctxRaw(6, "http://e.com/"))), ctxRaw(1, hex("0780")))),
    ),
  "crl-point-relative-name": () =>
    withOne(EXT.crlDistributionPoints, seq(seq(ctx(0, ctx(1, seq(oid("2.5.4.3"), utf8Text("crl"))))))),
  "crl-point-empty": () => withOne(EXT.crlDistributionPoints, seq(seq())),
  "crl-point-broken": () => withOne(EXT.crlDistributionPoints, seq(seq(ctx(0, "junk")))),
};

const utf8Text = (text: string) => tlv(0x0c, text);

const shapes: Table = {
  "none-but-field": () => certPair({ extensions: [] }),
  "field-empty": () => certPair({ extensionsField: ctx(3) }),
  "field-primitive": () => certPair({ extensionsField: ctxRaw(3, seq(...soundExtensions())) }),
  "field-two-sequences": () => certPair({ extensionsField: ctx(3, seq(...soundExtensions()), seq()) }),
  "field-not-a-sequence": () => certPair({ extensionsField: ctx(3, set(...soundExtensions())) }),
  "field-twice": () => certPair({ afterTbs: ctx(3, seq(...soundExtensions())) }),
  "field-tag-4": () => certPair({ extensionsField: ctx(4, seq(...soundExtensions())) }),
  "unknown": () => withOne(UNKNOWN, "anything"),
  "unknown-critical": () => withOne(UNKNOWN, "anything", true),
  "unknown-empty": () => withOne(UNKNOWN, ""),
  "unknown-100-kb": () => withOne(UNKNOWN, noise("big", 100_000)),
  "unknown-twice": () =>
    certPair({ extensions: [...soundExtensions(), extension(UNKNOWN, "a"), extension(UNKNOWN, "b")] }),
  "unknown-critical-explicit-false": () => withOne(UNKNOWN, "x", bool(false)),
  "unknown-critical-as-one": () => withOne(UNKNOWN, "x", bool(1)),
  "unknown-critical-two-bytes": () => withOne(UNKNOWN, "x", hex("0102ffff")),
  "thousand-unknown": () =>
    certPair({
      extensions: [
        ...soundExtensions(),
        ...Array.from({ length: 1000 }, (_, at) => extension(`1.3.6.1.4.1.99999.4.${at}`, "x")),
      ],
    }),
  "without-value": () => rawExtension(seq(oid(UNKNOWN))),
  "value-not-octets": () => rawExtension(seq(oid(UNKNOWN), int(5))),
  "value-bit-string": () => rawExtension(seq(oid(UNKNOWN), bits("x"))),
  "value-constructed-octets": () => rawExtension(seq(oid(UNKNOWN), tlv(0x24, octets("x")))),
  "two-values": () => rawExtension(seq(oid(UNKNOWN), octets("x"), octets("y"))),
  "critical-after-value": () => rawExtension(seq(oid(UNKNOWN), octets("x"), bool(true))),
  "critical-not-boolean": () => rawExtension(seq(oid(UNKNOWN), int(1), octets("x"))),
  "empty-extension": () => rawExtension(seq()),
  "not-a-sequence": () => rawExtension(int(5)),
  "oid-missing": () => rawExtension(seq(octets("x"))),
  "oid-empty": () => rawExtension(seq(tlv(0x06), octets("x"))),
  "oid-not-minimal": () => rawExtension(seq(tlv(0x06, hex("2a8001")), octets("x"))),
  "oid-unfinished": () => rawExtension(seq(tlv(0x06, hex("2a83")), octets("x"))),
  "reversed-order": () => certPair({ extensions: soundExtensions().reverse() }),
};

/** Extensions other than key usage, names and TLS features. */
export const extensionKinds: Kind[] = [
  ...group("extension", known),
  ...group("basic-constraints", constraints),
  ...group("extension", deeper),
  ...group("extensions", shapes),
];
