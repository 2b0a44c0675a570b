import "reflect-metadata";
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { readTrust, toPem } from "../pki/mod.ts";
import { type Anchor, judgeClient } from "./judge_client.ts";

const NOW = Date.UTC(2026, 10, 21);
const DAY = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const EVERYBODY = { allowedNames: [], now: NOW };

const makeKeys = () =>
  crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
const [rootKeys, middleKeys, leafKeys] = [await makeKeys(), await makeKeys(), await makeKeys()];

interface Wanted {
  readonly issuer?: [name: string, keys: CryptoKeyPair];
  readonly keys?: CryptoKeyPair;
  readonly days?: [from: number, end: number];
  readonly ca?: boolean;
  readonly usage?: string;
  readonly names?: readonly string[];
}

let serial = 1;

async function make(name: string, wanted: Wanted = {}): Promise<Uint8Array> {
  const { issuer = ["root", rootKeys], keys = leafKeys, days = [-1, 1], ca = false, usage, names } = wanted;
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, "0"),
    subject: `CN=${name}`,
    issuer: `CN=${issuer[0]}`,
    notBefore: new Date(NOW + days[0] * DAY),
    notAfter: new Date(NOW + days[1] * DAY),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: issuer[1].privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      ...usage ? [new x509.ExtendedKeyUsageExtension([usage])] : [],
      ...names
        ? [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value })))]
        : [],
    ],
  });
  return new Uint8Array(made.rawData);
}

function anchor(der: Uint8Array): Anchor {
  const [{ facts }] = readTrust(toPem("CERTIFICATE", der)).members;
  return { facts, certificate: new X509Certificate(der as never) };
}

const root = anchor(await make("root", { keys: rootKeys, ca: true }));
const middle = await make("middle", { keys: middleKeys, ca: true });
const below = await make("below", { issuer: ["middle", middleKeys] });

Deno.test("judgeClient() follows what the client shows up to an authority", () => {
  assert.equal(judgeClient([below, middle], [root], EVERYBODY).refusal, null);
  assert.equal(judgeClient([below], [root], EVERYBODY).refusal, "foreign_ca");
  assert.equal(
    judgeClient([below], [anchor(middle)], EVERYBODY).refusal,
    null,
    "an authority need not be a root",
  );
  assert.equal(judgeClient([], [root], EVERYBODY).refusal, "no_certificate");
  assert.equal(judgeClient([below, middle], [], EVERYBODY).refusal, "foreign_ca");
  assert.equal(judgeClient([Uint8Array.of(1, 2, 3)], [root], EVERYBODY).refusal, "other");
});

Deno.test("judgeClient() takes no certificate for an authority that is none", async () => {
  const noCa = await make("middle", { keys: middleKeys });
  assert.equal(judgeClient([below, noCa], [root], EVERYBODY).refusal, "foreign_ca");
  assert.equal(judgeClient([below], [anchor(noCa)], EVERYBODY).refusal, "foreign_ca");
  const alone = await make("alone", { issuer: ["alone", leafKeys] });
  assert.equal(judgeClient([alone], [anchor(alone)], EVERYBODY).refusal, null, "it stands for itself");
});

Deno.test("judgeClient() takes no signature of another key under the same name", async () => {
  const forged = await make("below", { issuer: ["root", middleKeys] });
  assert.equal(judgeClient([forged], [root], EVERYBODY).refusal, "foreign_ca");
});

Deno.test("judgeClient() looks at the dates of every certificate on the way", async () => {
  const late = { ...EVERYBODY, now: NOW + DAY };
  const leaf = await make("leaf");
  assert.equal(judgeClient([leaf], [root], late).refusal, null, "the last second counts");
  assert.equal(judgeClient([leaf], [root], { ...late, now: late.now + 1000 }).refusal, "expired");
  assert.equal(
    judgeClient([leaf], [root], { ...EVERYBODY, now: NOW - DAY - 1 }).refusal,
    "not_yet_valid",
  );
  const oldMiddle = await make("middle", { keys: middleKeys, ca: true, days: [-9, -1] });
  assert.equal(judgeClient([below, oldMiddle], [root], EVERYBODY).refusal, "expired");
  const oldRoot = anchor(await make("root", { keys: rootKeys, ca: true, days: [-9, -1] }));
  assert.equal(judgeClient([leaf], [oldRoot], EVERYBODY).refusal, "expired");
  assert.equal(judgeClient([leaf], [oldRoot, root], EVERYBODY).refusal, null, "renewed with the same key");
});

Deno.test("judgeClient() takes certificates for clients, and those that do not say what they are for", async () => {
  const server = await make("leaf", { usage: "1.3.6.1.5.5.7.3.1" });
  const client = await make("leaf", { usage: "1.3.6.1.5.5.7.3.2" });
  assert.equal(judgeClient([server], [root], EVERYBODY).refusal, "other");
  assert.equal(judgeClient([client], [root], EVERYBODY).refusal, null);
});

// Names of the certificate, allowed names, whether one is the other.
const NAMES: readonly [names: string[] | undefined, allowed: string[], enters: boolean][] = [
  [["a.example.com"], [], true],
  [["a.example.com"], ["A.Example.com"], true],
  [["a.example.com"], ["b.example.com", "*.example.com"], true],
  [["a.b.example.com"], ["*.example.com"], false],
  [["example.com"], ["*.example.com"], false],
  [["*.example.com"], ["a.example.com"], false],
  [[".example.com"], ["*.example.com"], false],
  [["a.example.com\0.example.org"], ["a.example.com", "*.example.com"], false],
  [["other"], ["leaf"], false],
  [undefined, ["leaf"], true],
  [undefined, ["other"], false],
];

for (const [names, allowedNames, enters] of NAMES) {
  const what = `${names?.map((name) => name.replace("\0", "(zero byte)")) ?? "the common name"} with ${
    allowedNames.join(", ") || "no names"
  } allowed`;
  Deno.test(`judgeClient() ${enters ? "lets in" : "refuses"} ${what}`, async () => {
    const leaf = await make("leaf", { names });
    const { refusal } = judgeClient([leaf], [root], { allowedNames, now: NOW });
    assert.equal(refusal, enters ? null : "wrong_name");
  });
}
