import {
  CN,
  commonName,
  dns,
  EXT,
  extension,
  HOST,
  name,
  rdn,
  soundExtensions,
  utf8,
} from "./_certificate.ts";
import {
  ctx,
  ctxRaw,
  hex,
  int,
  join,
  joinAll,
  latin1,
  nil,
  octets,
  oid,
  type Raw,
  seq,
  set,
  tlv,
} from "./_der.ts";
import { group, type Kind } from "./_kind.ts";
import { certPair, type pair } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const subject = (value: Uint8Array) => certPair({ subject: value });
const cn = (value: Uint8Array) => subject(name(rdn(CN, value)));
const san = (value: Raw, critical = false) =>
  certPair({
    extensions: soundExtensions({ subjectAltName: extension(EXT.subjectAltName, value, critical) }),
  });
const names = (...all: Uint8Array[]) => san(seq(...all));
const many = (count: number) =>
  seq(joinAll(Array.from({ length: count }, (_, at) => dns(`host-${at}.example.com`))));

const subjects: Table = {
  "empty": () => subject(name()),
  "empty-with-critical-san": () =>
    certPair({
      subject: name(),
      extensions: soundExtensions({ subjectAltName: extension(EXT.subjectAltName, seq(dns(HOST)), true) }),
    }),
  "empty-without-san": () =>
    certPair({ subject: name(), extensions: soundExtensions({ subjectAltName: null }) }),
  "issuer-empty": () => certPair({ issuer: name() }),
  "without-common-name": () => subject(name(rdn("2.5.4.10", utf8("Example")))),
  "five-rdns": () =>
    subject(
      name(
        rdn("2.5.4.6", tlv(0x13, "DE")),
        rdn("2.5.4.8", utf8("Land")),
        rdn("2.5.4.10", utf8("Example")),
        rdn("2.5.4.11", utf8("Edge")),
        rdn(CN, utf8(HOST)),
      ),
    ),
  "two-common-names": () => subject(name(rdn(CN, utf8("one.example.com")), rdn(CN, utf8("two.example.com")))),
  "multi-valued-rdn": () =>
    subject(name(set(seq(oid(CN), utf8(HOST)), seq(oid("2.5.4.10"), utf8("Example"))))),
  "multi-valued-rdn-unsorted": () =>
    subject(name(set(seq(oid("2.5.4.10"), utf8("Example")), seq(oid(CN), utf8(HOST))))),
  "empty-rdn": () => subject(name(set())),
  "empty-rdn-among-others": () => subject(name(rdn(CN, utf8(HOST)), set())),
  "common-name-empty": () => cn(utf8("")),
  "common-name-65": () => cn(utf8("a".repeat(65))),
  "common-name-10-kb": () => cn(utf8("a".repeat(10_000))),
  "common-name-printable": () => cn(tlv(0x13, HOST)),
  "common-name-printable-with-star": () => cn(tlv(0x13, "*.example.com")),
  "common-name-printable-with-high-byte": () => cn(tlv(0x13, "caf\xe9")),
  "common-name-teletex": () => cn(tlv(0x14, "caf\xe9")),
  "common-name-ia5": () => cn(tlv(0x16, HOST)),
  "common-name-ia5-with-high-byte": () => cn(tlv(0x16, "caf\xe9")),
  "common-name-bmp": () => cn(tlv(0x1e, latin1("\0e\0d\0g\0e"))),
  "common-name-bmp-odd-length": () => cn(tlv(0x1e, "\0ed")),
  "common-name-bmp-surrogate": () => cn(tlv(0x1e, hex("d83dde00"))),
  "common-name-universal": () => cn(tlv(0x1c, "\0\0\0e\0\0\0d")),
  "common-name-universal-odd-length": () => cn(tlv(0x1c, "\0\0\0ed")),
  "common-name-universal-above-10ffff": () => cn(tlv(0x1c, hex("00110000"))),
  "common-name-numeric": () => cn(tlv(0x12, "12345")),
  "common-name-visible": () => cn(tlv(0x1a, HOST)),
  "common-name-general": () => cn(tlv(0x1b, HOST)),
  "common-name-utf-8": () => cn(utf8("bücher.example")),
  "common-name-utf-8-invalid": () => cn(tlv(0x0c, hex("ff fe fd"))),
  "common-name-utf-8-overlong": () => cn(tlv(0x0c, hex("c0 80"))),
  "common-name-utf-8-surrogate": () => cn(tlv(0x0c, hex("ed a0 80"))),
  "common-name-nul": () => cn(utf8("edge\0.example.com")),
  "common-name-line-end": () => cn(utf8("edge\nexample")),
  "common-name-integer": () => cn(int(5)),
  "common-name-null": () => cn(nil()),
  "common-name-boolean": () => cn(hex("0101ff")),
  "common-name-bit-string": () => cn(hex("03020700")),
  "common-name-octet-string": () => cn(octets("edge")),
  "common-name-sequence": () => cn(seq(utf8("edge"))),
  "common-name-oid": () => cn(oid("1.2.3")),
  "common-name-enumerated": () => cn(tlv(0x0a, "\x01")),
  "common-name-context-tag": () => cn(ctxRaw(0, "edge")),
  "common-name-unknown-universal-tag": () => cn(tlv(0x1d, "edge")),
  "common-name-constructed-utf-8": () => cn(tlv(0x2c, utf8("edge"))),
  "country-three-letters": () => subject(name(rdn("2.5.4.6", tlv(0x13, "DEU")))),
  "attribute-unknown": () => subject(name(rdn("1.3.6.1.4.1.99999.2", utf8("what")))),
  "attribute-without-value": () => subject(name(set(seq(oid(CN))))),
  "attribute-two-values": () => subject(name(set(seq(oid(CN), utf8("a"), utf8("b"))))),
  "rdn-not-a-set": () => subject(name(seq(seq(oid(CN), utf8(HOST))))),
  "not-a-sequence": () => subject(set(rdn(CN, utf8(HOST)))),
  "hundred-rdns": () =>
    subject(name(...Array.from({ length: 100 }, (_, at) => rdn("2.5.4.11", utf8(`unit ${at}`))))),
  "five-thousand-rdns": () =>
    subject(name(...Array.from({ length: 5000 }, (_, at) => rdn("2.5.4.11", utf8(`unit ${at}`))))),
  "one-megabyte": () => cn(utf8("a".repeat(1 << 20))),
  "two-megabytes": () => cn(utf8("a".repeat(2 << 20))),
  "issuer-utf-8-invalid": () => certPair({ issuer: name(rdn(CN, tlv(0x0c, hex("ff fe fd")))) }),
  "wildcard-common-name": () => subject(commonName("*.example.com")),
};

const alternatives: Table = {
  "absent": () => certPair({ extensions: soundExtensions({ subjectAltName: null }) }),
  "critical": () => san(seq(dns(HOST)), true),
  "100": () => san(many(100)),
  "1000": () => san(many(1000)),
  "100-kb": () => san(many(4300)),
  "1-mb": () => san(many(43_000)),
  "wildcard": () => names(dns("*.example.com")),
  "wildcard-only": () => names(dns("*")),
  "wildcard-inside": () => names(dns("a.*.example.com")),
  "same-twice": () => names(dns(HOST), dns(HOST)),
  "upper-case": () => names(dns("EDGE.EXAMPLE.COM")),
  "trailing-dot": () => names(dns("edge.example.com.")),
  "underscore": () => names(dns("my_edge.example.com")),
  "punycode": () => names(dns("xn--bcher-kva.example")),
  "label-64": () => names(dns(`${"a".repeat(64)}.example.com`)),
  "name-300": () => names(dns(`${"a.".repeat(150)}com`)),
  "name-10-kb": () => names(dns("a".repeat(10_000))),
  "dns-empty": () => names(dns("")),
  "dns-space": () => names(dns(" ")),
  "dns-nul": () => names(dns("edge\0.example.com")),
  "dns-high-bytes": () => names(dns("b\xc3\xbccher.example")),
  "dns-invalid-utf-8": () => names(dns("\xff\xfe")),
  "dns-line-end": () => names(dns("edge\n.example.com")),
  "dns-constructed": () => names(ctx(2, tlv(0x16, HOST))),
  "ip-v4": () => names(ctxRaw(7, hex("7f000001"))),
  "ip-v6": () => names(ctxRaw(7, hex("20010db8000000000000000000000001"))),
  "ip-3-bytes": () => names(ctxRaw(7, hex("7f0000"))),
  "ip-5-bytes": () => names(ctxRaw(7, hex("7f00000102"))),
  "ip-8-bytes": () => names(ctxRaw(7, hex("7f000001ffffff00"))),
  "ip-empty": () => names(ctxRaw(7, "")),
  "email": () => names(ctxRaw(1, "a@example.com")),
  "email-empty": () => names(ctxRaw(1, "")),
  "email-high-bytes": () => names(ctxRaw(1, "caf\xe9@example.com")),
  "uri": () => names(ctxRaw(6, "https://example.com/")),
  "uri-spiffe": () => names(ctxRaw(6, "spiffe://example.com/edge")),
  "uri-empty": () => names(ctxRaw(6, "")),
  "uri-high-bytes": () => names(ctxRaw(6, "https://\xff/")),
  "directory-name": () => names(ctx(4, commonName("somebody"))),
  "directory-name-implicit": () => names(ctx(4, rdn(CN, utf8("somebody")))),
  "directory-name-empty": () => names(ctx(4, name())),
  "directory-name-broken": () => names(ctx(4, "junk")),
  "registered-id": () => names(ctxRaw(8, hex("2a0304"))),
  "registered-id-empty": () => names(ctxRaw(8, "")),
  "registered-id-unfinished": () => names(ctxRaw(8, hex("2a83"))),
  "other-name": () => names(ctx(0, oid("1.3.6.1.4.1.311.20.2.3"), ctx(0, utf8("user@example.com")))),
  "other-name-without-value": () => names(ctx(0, oid("1.3.6.1.4.1.311.20.2.3"))),
  "other-name-broken": () => names(ctx(0, "junk")),
  "other-name-implicit-value": () => names(ctx(0, oid("1.2.3"), ctxRaw(0, "x"))),
  "x400": () => names(ctx(3, seq())),
  "x400-junk": () => names(ctx(3, "junk")),
  "edi-party": () => names(ctx(5, ctx(1, utf8("party")))),
  "edi-party-empty": () => names(ctx(5)),
  "tag-9": () => names(ctxRaw(9, "what")),
  "tag-universal": () => names(utf8(HOST)),
  "mixed": () =>
    names(
      dns(HOST),
      ctxRaw(7, hex("7f000001")),
      ctxRaw(6, "https://example.com/"),
      ctxRaw(1, "a@example.com"),
    ),
  "empty-sequence": () => san(seq()),
  "empty-sequence-critical": () => san(seq(), true),
  "value-empty": () => san(""),
  "not-a-sequence": () => san(dns(HOST)),
  "set": () => san(set(dns(HOST))),
  "junk": () => san("junk"),
  "truncated": () => san(seq(dns(HOST)).slice(0, -2)),
  "trailing": () => san(join(seq(dns(HOST)), nil())),
  "member-length-too-long": () => san(hex("3005820a616263")),
  "twice": () => {
    const one = extension(EXT.subjectAltName, seq(dns(HOST)));
    return certPair({ extensions: [...soundExtensions({ subjectAltName: one }), one] });
  },
};

/** Subjects, issuers and subject alternative names. */
export const nameKinds: Kind[] = [...group("name", subjects), ...group("san", alternatives)];
