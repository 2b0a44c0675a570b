import assert from "node:assert/strict";
import { makeNamespace, makeSecretName } from "./secret_name.ts";

const parts = (name: string, parent = "team") => ({ name, parent });

Deno.test("makeSecretName() fills the template", () => {
  assert.deepEqual(makeSecretName("{name}", parts("a.example.com")), { name: "a.example.com" });
  assert.deepEqual(makeSecretName("{parent}-{name}-tls", parts("a")), { name: "team-a-tls" });
  assert.deepEqual(makeSecretName("edge", parts("a")), { name: "edge" });
});

Deno.test("makeSecretName() finds one name for every spelling of a wildcard", () => {
  for (const name of ["*.example.com", "_.example.com", "_wildcard.example.com", "wildcard_.example.com"]) {
    assert.deepEqual(makeSecretName("{name}", parts(name)), { name: "wildcard.example.com" }, name);
  }
  assert.deepEqual(makeSecretName("{name}", parts("A.Example.com_ecc")), { name: "a.example.com-ecc" });
});

Deno.test("makeSecretName() refuses what Kubernetes refuses", () => {
  for (const name of ["a b", "-a", "a..b", "ä.example.com", "a.", "", "x".repeat(254), "a*b"]) {
    const made = makeSecretName("{name}", parts(name));
    assert.ok("problem" in made && made.hint !== "", name);
  }
});

Deno.test("makeNamespace() takes labels only", () => {
  assert.deepEqual(makeNamespace("{parent}", parts("a", "Team_One")), { name: "team-one" });
  assert.ok("problem" in makeNamespace("{parent}", parts("a", "a.b")));
  assert.ok("problem" in makeNamespace("{parent}", parts("a", "x".repeat(64))));
});
