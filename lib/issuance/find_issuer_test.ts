import assert from "node:assert/strict";
import { intentOf } from "../../tests/fakes/issuance_scene.ts";
import { findIssuer, issuerTitle } from "./find_issuer.ts";
import { intentDigest } from "./intent_digest.ts";
import type { IssuerConfig } from "./issuer.ts";

const issuer = (members: Partial<IssuerConfig>) => ({
  config: {
    name: "x",
    kind: "ClusterIssuer",
    group: "cert-manager.io",
    selfSigned: {},
    ...members,
  } as IssuerConfig,
});

Deno.test("findIssuer() goes by name, kind and group, and takes the one of the namespace first", () => {
  const all = [
    issuer({}),
    issuer({ kind: "Issuer", namespace: "team" }),
    issuer({ kind: "Issuer", namespace: "default" }),
    issuer({ namespace: "team" }),
    issuer({ group: "example.com", kind: "Vault" }),
  ];
  const find = (namespace: string, kind: string, group = "cert-manager.io", name = "x") => {
    const found = findIssuer(all, { namespace, issuerRef: { name, kind, group } });
    return found && `${issuerTitle(found.config)} ${all.indexOf(found)}`;
  };
  assert.equal(find("default", "ClusterIssuer"), "ClusterIssuer/x 0");
  assert.equal(find("team", "ClusterIssuer", ""), "team/ClusterIssuer/x 3");
  assert.equal(find("team", ""), "team/Issuer/x 1");
  assert.equal(find("other", "Issuer"), null);
  assert.equal(find("other", "Vault", "example.com"), "ClusterIssuer/x 4".replace("ClusterIssuer", "Vault"));
  assert.equal(find("default", "ClusterIssuer", "cert-manager.io", "y"), null);
});

Deno.test("intentDigest() changes with what a certificate is made of, and with nothing else", () => {
  const intent = intentOf("a", { dnsNames: ["a.example.com", "b.example.com"], privateKey: null });
  const digest = intentDigest(intent);
  const same: Partial<typeof intent>[] = [
    { dnsNames: ["B.example.com", "a.example.com"] },
    { privateKey: { algorithm: "RSA", size: 2048, encoding: "PKCS1", rotationPolicy: "Never" } },
    { usages: ["key encipherment", "digital signature"] },
    { renewBeforePercentage: 20, labels: { a: "b" }, listeners: ["other"] },
    { issuerRef: { ...intent.issuerRef, group: "" } },
    { owner: { ...intent.owner, name: "other" } },
  ];
  for (const members of same) {
    assert.equal(intentDigest({ ...intent, ...members }), digest, JSON.stringify(members));
  }
  const other: Partial<typeof intent>[] = [
    { dnsNames: ["a.example.com"] },
    { issuerRef: { ...intent.issuerRef, name: "other" } },
    { privateKey: { algorithm: "ECDSA" } },
    { privateKey: { encoding: "PKCS8" } },
    { commonName: "a.example.com" },
    { ipAddresses: ["192.0.2.1"] },
    { duration: { text: "24h0m0s", milliseconds: 86_400_000 } },
    { usages: ["server auth"] },
    { subject: { organizations: ["Example"] } },
  ];
  for (const members of other) {
    assert.notEqual(intentDigest({ ...intent, ...members }), digest, JSON.stringify(members));
  }
});
