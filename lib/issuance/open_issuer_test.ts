import assert from "node:assert/strict";
import type { ChallengePresenter, IssuerConfig } from "./issuer.ts";
import { openIssuer } from "./open_issuer.ts";
import { keptLog, NOW, requestOf } from "./_test_request.ts";

const challenges: ChallengePresenter = { present: () => Promise.resolve(null), withdraw: () => {} };
const parts = { log: keptLog(), clock: () => NOW, stateDir: "/nonexistent", challenges };
const named = { name: "local", kind: "ClusterIssuer", group: "cert-manager.io" };

const WAYS: readonly (readonly [IssuerConfig, string])[] = [
  [{ ...named, selfSigned: {} }, "selfSigned"],
  [{ ...named, ca: { certificate: "/nonexistent/ca.crt", key: "/nonexistent/ca.key" } }, "ca"],
  [{ ...named, exec: { command: ["/nonexistent/issue"], timeout: 1000 } }, "exec"],
  [
    {
      ...named,
      acme: { server: "https://127.0.0.1:1/dir", acceptTerms: true, renewalInfo: true, timeout: 1000 },
    },
    "acme",
  ],
];

for (const [config, type] of WAYS) {
  Deno.test(`openIssuer() opens an issuer of type ${type} without touching anything`, async () => {
    const issuer = openIssuer(config, parts);
    assert.equal(issuer.type, type);
    await issuer.close?.();
  });
}

Deno.test("openIssuer() gives an issuer that is broken where nothing says how it issues", async () => {
  const result = await openIssuer(named, parts).issue(await requestOf(), new AbortController().signal);
  assert.deepEqual(result, {
    ok: false,
    kind: "broken",
    message: 'Cannot use issuer "local": it does not say how it issues',
    retryAt: null,
  });
});
