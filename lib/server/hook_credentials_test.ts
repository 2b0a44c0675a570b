import assert from "node:assert/strict";
import { runtimeChecksClients } from "./hook_credentials.ts";

Deno.test("runtimeChecksClients() knows from which version on clients need a certificate", () => {
  for (const version of ["2.7.14", "2.8.0", "2.9.6", "2.10.0", "3.0.0", "2.9.0-rc.1+abc"]) {
    assert(runtimeChecksClients(version), version);
  }
  for (const version of ["2.7.13", "2.7.11", "2.6.20", "1.46.3", ""]) {
    assert(!runtimeChecksClients(version), version);
  }
});
