import { createCipheriv, createHash, pbkdf2Sync } from "node:crypto";
import { certificate } from "./_certificate.ts";
import { int, join, nil, octets, oid, seq } from "./_der.ts";
import { ec, noise, p256, pkcs1, pkcs8, rsa, rsaAlgorithm, rsaSpki, sec1 } from "./_keys.ts";
import { group, type Kind } from "./_kind.ts";
import { certificatePem, keyPair, keyPem, pair, pem } from "./_pem.ts";

type Table = Record<string, () => ReturnType<typeof pair>>;

const leaf = () => ec("p-256");
const certificateText = () => certificatePem(certificate());
const rsaPair = (key: string) => pair(certificatePem(certificate({ spki: rsaSpki(rsa("1024")) })), key);

const labels: Table = {
  "label-sec1-as-private-key": () => keyPair(pem("PRIVATE KEY", sec1(leaf()))),
  "label-sec1-as-rsa": () => keyPair(pem("RSA PRIVATE KEY", sec1(leaf()))),
  "label-pkcs8-as-ec": () => keyPair(pem("EC PRIVATE KEY", p256().pkcs8)),
  "label-pkcs8-as-rsa": () => rsaPair(pem("RSA PRIVATE KEY", pkcs8(rsaAlgorithm(), pkcs1(rsa("1024"))))),
  "label-pkcs8-as-dsa": () => keyPair(pem("DSA PRIVATE KEY", p256().pkcs8)),
  "label-pkcs1-as-private-key": () => rsaPair(pem("PRIVATE KEY", pkcs1(rsa("1024")))),
  "label-pkcs1-as-ec": () => rsaPair(pem("EC PRIVATE KEY", pkcs1(rsa("1024")))),
  "label-any-private-key": () => keyPair(pem("ANY PRIVATE KEY", p256().pkcs8)),
  "label-private-key-lower-case": () => keyPair(pem("private key", p256().pkcs8)),
  "label-openssh": () => keyPair(pem("OPENSSH PRIVATE KEY", noise("openssh", 300))),
  "label-public-key": () => keyPair(pem("PUBLIC KEY", p256().spki)),
  "label-dsa-garbage": () =>
    keyPair(pem("DSA PRIVATE KEY", seq(int(0), int(7), int(5), int(3), int(2), int(1)))),
  "label-certificate-around-key": () => keyPair(certificatePem(p256().pkcs8)),
  "label-encrypted-around-plain": () => keyPair(pem("ENCRYPTED PRIVATE KEY", p256().pkcs8)),
};

const encrypted: Table = {
  "encrypted-pkcs8": () => keyPair(pem("ENCRYPTED PRIVATE KEY", encryptPkcs8(p256().pkcs8, "secret"))),
  "encrypted-pkcs8-empty-passphrase": () =>
    keyPair(pem("ENCRYPTED PRIVATE KEY", encryptPkcs8(p256().pkcs8, ""))),
  "encrypted-pkcs8-garbage": () => keyPair(pem("ENCRYPTED PRIVATE KEY", noise("garbage", 200))),
  "encrypted-sec1": () => keyPair(legacyEncrypted("EC PRIVATE KEY", sec1(leaf()), "secret")),
  "encrypted-pkcs1": () => rsaPair(legacyEncrypted("RSA PRIVATE KEY", pkcs1(rsa("1024")), "secret")),
  "encrypted-sec1-empty-passphrase": () => keyPair(legacyEncrypted("EC PRIVATE KEY", sec1(leaf()), "")),
  "encrypted-before-plain": () =>
    keyPair(pem("ENCRYPTED PRIVATE KEY", encryptPkcs8(p256().pkcs8, "secret")) + keyPem(p256().pkcs8)),
  "encrypted-after-plain": () =>
    keyPair(keyPem(p256().pkcs8) + pem("ENCRYPTED PRIVATE KEY", encryptPkcs8(p256().pkcs8, "secret"))),
};

const files: Table = {
  "two-keys-right-first": () => keyPair(keyPem(p256().pkcs8) + keyPem(p256("other").pkcs8)),
  "two-keys-wrong-first": () => keyPair(keyPem(p256("other").pkcs8) + keyPem(p256().pkcs8)),
  "broken-key-before-right": () => keyPair(keyPem(noise("junk", 100)) + keyPem(p256().pkcs8)),
  "broken-key-after-right": () => keyPair(keyPem(p256().pkcs8) + keyPem(noise("junk", 100))),
  "certificate-before-key": () => keyPair(certificateText() + keyPem(p256().pkcs8)),
  "certificate-after-key": () => keyPair(keyPem(p256().pkcs8) + certificateText()),
  "broken-certificate-before-key": () => keyPair(certificatePem(noise("junk", 50)) + keyPem(p256().pkcs8)),
  "only-a-certificate": () => keyPair(certificateText()),
  "empty": () => keyPair(""),
  "absent": () => keyPair(null),
  "whitespace": () => keyPair(" \n\t\n"),
  "text": () => keyPair("this is not a key\n"),
  "der": () => keyPair(p256().pkcs8),
  "zero-bytes": () => keyPair(new Uint8Array(400)),
  "block-of-nothing": () => keyPair(keyPem(new Uint8Array())),
  "json": () => keyPair('{"kty":"EC","crv":"P-256","d":"AAAA"}'),
  "swapped-files": () => pair(keyPem(p256().pkcs8), certificateText()),
  "combined-in-both": () => {
    const text = keyPem(p256().pkcs8) + certificateText();
    return pair(text, text);
  },
  "nothing-at-all": () => pair(null, null),
  "both-empty": () => pair("", ""),
};

/** PBES2 with PBKDF2 and AES-256-CBC, as `openssl pkcs8 -topk8` writes it. */
function encryptPkcs8(key: Uint8Array, passphrase: string): Uint8Array {
  const salt = noise("salt", 16);
  const iv = noise("iv", 16);
  const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(passphrase, salt, 2048, 32, "sha256"), iv);
  const secret = join(new Uint8Array(cipher.update(key)), new Uint8Array(cipher.final()));
  const prf = seq(oid("1.2.840.113549.2.9"), nil());
  const kdf = seq(oid("1.2.840.113549.1.5.12"), seq(octets(salt), int(2048), prf));
  const scheme = seq(oid("2.16.840.1.101.3.4.1.42"), octets(iv));
  return seq(seq(oid("1.2.840.113549.1.5.13"), seq(kdf, scheme)), octets(secret));
}

/** RFC 1421 headers and OpenSSL's old key derivation. */
function legacyEncrypted(label: string, key: Uint8Array, passphrase: string): string {
  const iv = noise("legacy iv", 16);
  const derived = createHash("md5").update(passphrase).update(iv.slice(0, 8)).digest();
  const cipher = createCipheriv("aes-128-cbc", derived, iv);
  const secret = join(new Uint8Array(cipher.update(key)), new Uint8Array(cipher.final()));
  const headers = ["Proc-Type: 4,ENCRYPTED", `DEK-Info: AES-128-CBC,${iv.toHex().toUpperCase()}`, ""];
  return pem(label, secret, { headers });
}

/** Labels, encryption, and what else a key file may hold. */
export const keyfileBlockKinds: Kind[] = [
  ...group("keyfile", labels),
  ...group("keyfile", encrypted),
  ...group("keyfile", files),
];
