import assert from "node:assert/strict";
import { Probe } from "./_probe.ts";

Deno.test("Probe.answers() says yes to whatever answers, be it a failure", async () => {
  assert.equal(await new Probe().answers("/"), true);
  assert.equal(await new Probe().answers("/nobody/is/here"), true);
});

Deno.test("Probe.answers() does not wait for what hangs, asks it once, and hears when it is back", async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const probe = new Probe(() => ++asked === 1 ? promise : Promise.resolve(), 20);
  assert.equal(await probe.answers("/mnt"), false);
  assert.equal(await probe.answers("/mnt"), false);
  assert.equal(asked, 1);
  resolve();
  await promise;
  await Promise.resolve();
  assert.equal(await probe.answers("/mnt"), true);
});
