import type { PairBytes } from "../../lib/model/mod.ts";
import { certificate, dns, EXT, extension, soundExtensions } from "./_certificate.ts";
import { hex, join, oid, seq } from "./_der.ts";
import { noise } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { chainPair, pem } from "./_pem.ts";

type Table = Record<string, () => PairBytes>;

const big = (names: number) =>
  certificate({
    extensions: soundExtensions({
      subjectAltName: extension(
        EXT.subjectAltName,
        seq(...Array.from({ length: names }, (_, at) => dns(`h${at}.example.com`))),
      ),
    }),
  });

const bigOnes: Table = {
  "one-line-of-4-kb": () => chainPair(pem("CERTIFICATE", big(150), { width: 1e9 })),
  "one-line-of-100-kb": () => chainPair(pem("CERTIFICATE", big(4500), { width: 1e9 })),
  "lines-of-1000-100-kb": () => chainPair(pem("CERTIFICATE", big(4500), { width: 1000 })),
  "lines-of-64-100-kb": () => chainPair(pem("CERTIFICATE", big(4500))),
  "crlf-lines-of-76-100-kb": () => chainPair(pem("CERTIFICATE", big(4500), { width: 76, eol: "\r\n" })),
  "100-kb-of-text-before": () =>
    chainPair("just some text\n".repeat(7000) + pem("CERTIFICATE", certificate())),
  "100-kb-of-text-in-one-line-before": () =>
    chainPair("text ".repeat(20_000) + "\n" + pem("CERTIFICATE", certificate())),
};

/** TRUSTED CERTIFICATE's extra part: trusted for serverAuth. */
const aux = () => seq(seq(oid("1.3.6.1.5.5.7.3.1")));

const pkcs7 = () => {
  const data = seq(
    hex("020101"),
    hex("3100"),
    seq(oid("1.2.840.113549.1.7.1")),
    join(hex("a082"), hex(certificate().byteLength.toString(16).padStart(4, "0")), certificate()),
    hex("3100"),
  );
  return seq(
    oid("1.2.840.113549.1.7.2"),
    join(hex("a082"), hex(data.byteLength.toString(16).padStart(4, "0")), data),
  );
};

const labels: Table = {
  "x509-certificate": () => chainPair(pem("X509 CERTIFICATE", certificate())),
  "trusted-certificate": () => chainPair(pem("TRUSTED CERTIFICATE", certificate())),
  "trusted-certificate-with-aux": () => chainPair(pem("TRUSTED CERTIFICATE", join(certificate(), aux()))),
  "trusted-certificate-with-broken-aux": () =>
    chainPair(pem("TRUSTED CERTIFICATE", join(certificate(), hex("300506")))),
  "trusted-certificate-with-garbage": () =>
    chainPair(pem("TRUSTED CERTIFICATE", join(certificate(), noise("aux", 20)))),
  "certificate-with-aux": () => chainPair(pem("CERTIFICATE", join(certificate(), aux()))),
  "pkcs7": () => chainPair(pem("PKCS7", pkcs7())),
  "pkcs7-labelled-certificate": () => chainPair(pem("CERTIFICATE", pkcs7())),
  "cms": () => chainPair(pem("CMS", pkcs7())),
  "certificate-request": () => chainPair(pem("CERTIFICATE REQUEST", noise("request", 300))),
  "certificate-lower-case": () => chainPair(pem("certificate", certificate())),
  "certificate-with-number": () => chainPair(pem("CERTIFICATE 1", certificate())),
  "x509-crl": () => chainPair(pem("X509 CRL", certificate())),
  "attribute-certificate": () => chainPair(pem("ATTRIBUTE CERTIFICATE", certificate())),
  "empty-label": () => chainPair(pem("", certificate())),
  "trusted-then-certificate": () =>
    chainPair(pem("TRUSTED CERTIFICATE", certificate()) + pem("CERTIFICATE", certificate())),
};

/** Large certificate files, and blocks that go by another name. */
export const pemLabelKinds: Kind[] = [...group("pem-big", bigOnes), ...group("pem-label", labels)];
