import { certificate, commonName, dns, EXT, extension, issuerCertificate, utcTime } from "./_certificate.ts";
import { hex, indefinite, int, join, seq } from "./_der.ts";
import { ec, ecKey, noise, opaqueKey, p256, rsa, rsaKey, spki } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, chainPair, keyPem, pem } from "./_pem.ts";

const leaf = (options = {}) => certificatePem(certificate(options));
const issuer = (options = {}) => certificatePem(issuerCertificate(options));
const root = () => issuer({ serial: int(1), subject: commonName("Vector Root CA"), spki: p256("root").spki });
const unrelated = () =>
  leaf({ serial: int(77), subject: commonName("other.example.org"), spki: p256("other").spki });

/** The chain: order, members, and members that cannot be read. */
export const chainKinds: Kind[] = group("chain", {
  "with-issuer": () => chainPair(leaf() + issuer()),
  "with-issuer-and-root": () => chainPair(leaf() + issuer() + root()),
  "root-before-issuer": () => chainPair(leaf() + root() + issuer()),
  "issuer-first": () => chainPair(issuer() + leaf()),
  "root-first": () => chainPair(root() + issuer() + leaf()),
  "unrelated-second": () => chainPair(leaf() + unrelated()),
  "unrelated-first": () => chainPair(unrelated() + leaf()),
  "leaf-twice": () => chainPair(leaf() + leaf()),
  "issuer-twice": () => chainPair(leaf() + issuer() + issuer()),
  "hundred-members": () => chainPair(leaf() + issuer().repeat(99)),
  "three-hundred-members": () => chainPair(leaf() + issuer().repeat(299)),
  "members-without-line-end-between": () => chainPair(leaf().trimEnd() + issuer()),
  "text-between": () => chainPair(leaf() + "and its issuer:\n" + issuer()),
  "blank-lines-between": () => chainPair(leaf() + "\n\n\n" + issuer()),
  "crlf-second": () => chainPair(leaf() + issuer().replaceAll("\n", "\r\n")),
  "bom-between": () => chainPair(leaf() + "\xef\xbb\xbf" + issuer()),
  "nul-between": () => chainPair(leaf() + "\0\0\0\n" + issuer()),
  "key-between": () => chainPair(leaf() + keyPem(p256().pkcs8) + issuer()),
  "key-first": () => chainPair(keyPem(p256().pkcs8) + leaf()),
  "key-last": () => chainPair(leaf() + keyPem(p256().pkcs8)),
  "broken-key-first": () => chainPair(keyPem(noise("junk", 40)) + leaf()),
  "crl-between": () => chainPair(leaf() + pem("X509 CRL", noise("crl", 90)) + issuer()),
  "trusted-second": () => chainPair(leaf() + pem("TRUSTED CERTIFICATE", issuerCertificate())),
  "x509-second": () => chainPair(leaf() + pem("X509 CERTIFICATE", issuerCertificate())),
  "second-garbage": () => chainPair(leaf() + certificatePem(noise("junk", 300))),
  "second-not-base64": () =>
    chainPair(leaf() + "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
  "second-empty": () => chainPair(leaf() + certificatePem(new Uint8Array())),
  "second-truncated-der": () => chainPair(leaf() + certificatePem(issuerCertificate().slice(0, -3))),
  "second-truncated-text": () => chainPair(leaf() + issuer().slice(0, 200)),
  "second-end-missing": () => chainPair(leaf() + issuer().replace(/-----END[^]*/, "")),
  "second-only-begin": () => chainPair(leaf() + "-----BEGIN CERTIFICATE-----\n"),
  "second-begin-without-line-end": () => chainPair(leaf() + "-----BEGIN CERTIFICATE-----"),
  "second-trailing-byte": () => chainPair(leaf() + certificatePem(join(issuerCertificate(), hex("00")))),
  "second-indefinite": () => chainPair(leaf() + certificatePem(indefinite(issuerCertificate()))),
  "second-wrong-end": () =>
    chainPair(leaf() + pem("CERTIFICATE", issuerCertificate(), { endLabel: "OTHER" })),
  "second-unknown-label": () => chainPair(leaf() + pem("THING", issuerCertificate())),
  "second-broken-unknown-label": () =>
    chainPair(leaf() + "-----BEGIN THING-----\n!!!!\n-----END THING-----\n" + issuer()),
  "third-garbage": () => chainPair(leaf() + issuer() + certificatePem(noise("junk", 300))),
  "first-garbage": () => chainPair(certificatePem(noise("junk", 300)) + leaf()),
  "second-expired": () =>
    chainPair(leaf() + issuer({ validity: join(utcTime("100101000000Z"), utcTime("110101000000Z")) })),
  "second-broken-date": () =>
    chainPair(leaf() + issuer({ validity: join(utcTime("109901000000Z"), utcTime("110101000000Z")) })),
  "second-rsa-1024": () => chainPair(leaf() + issuer({ spki: rsaKey(rsa("512")).spki })),
  "second-rsa-16384": () => chainPair(leaf() + issuer({ spki: rsaKey(rsa("8192")).spki })),
  "second-p-224": () => chainPair(leaf() + issuer({ spki: ecKey(ec("p-224")).spki })),
  "second-secp256k1": () => chainPair(leaf() + issuer({ spki: ecKey(ec("secp256k1")).spki })),
  "second-unknown-key": () =>
    chainPair(leaf() + issuer({ spki: opaqueKey("1.3.6.1.4.1.99999.7", 32, 32).spki })),
  "second-broken-key": () => chainPair(leaf() + issuer({ spki: spki(seq(), "x") })),
  "second-must-staple": () =>
    chainPair(leaf() + issuer({ extensions: [extension(EXT.tlsFeature, seq(int(5)))] })),
  "second-duplicate-extension": () => {
    const twice = extension(EXT.basicConstraints, seq());
    return chainPair(leaf() + issuer({ extensions: [twice, twice] }));
  },
  "second-critical-unknown-extension": () =>
    chainPair(leaf() + issuer({ extensions: [extension("1.3.6.1.4.1.99999.1", "x", true)] })),
  "second-malformed-key-usage": () =>
    chainPair(leaf() + issuer({ extensions: [extension(EXT.keyUsage, "junk", true)] })),
  "second-malformed-basic-constraints": () =>
    chainPair(leaf() + issuer({ extensions: [extension(EXT.basicConstraints, "junk", true)] })),
  "second-malformed-san": () =>
    chainPair(leaf() + issuer({ extensions: [extension(EXT.subjectAltName, "junk")] })),
  "second-version-1": () => chainPair(leaf() + issuer({ version: null, extensionsField: null })),
  "second-version-1-with-extensions": () => chainPair(leaf() + issuer({ version: null })),
  "second-has-the-same-key": () => chainPair(leaf() + leaf({ serial: int(5) })),
  "self-signed": () => chainPair(leaf({ issuer: commonName("edge.example.com") })),
  "only-an-issuer": () => chainPair(issuer()),
  "empty": () => chainPair(""),
  "absent": () => chainPair(null),
  "whitespace": () => chainPair("\n  \n"),
  "text": () => chainPair("no certificate here\n"),
  "zero-bytes": () => chainPair(new Uint8Array(500)),
  "only-a-key": () => chainPair(keyPem(p256().pkcs8)),
  "der-of-two": () => chainPair(join(certificate(), issuerCertificate())),
  "two-in-one-block": () => chainPair(certificatePem(join(certificate(), issuerCertificate()))),
  "names-of-second-invalid": () =>
    chainPair(leaf() + issuer({ extensions: [extension(EXT.subjectAltName, seq(dns("\xff\xfe")))] })),
});
