import assert from "node:assert/strict";
import { authority, digest, joined, pairOf, until, withBed } from "./_bed.ts";
import { callOnce, TlsHookClient } from "./_clients.ts";

const NAME = "envoy-gateway";

Deno.test("hook.tls survives twenty rotations of everything under load without a failed call", async () => {
  await withBed({}, async (bed) => {
    const { target, put, tls } = bed;
    let old = bed.ca;
    let trust = old.certificate;
    let client = await pairOf(old, NAME);
    const kept = new TlsHookClient(target, trust, client);
    const failures: string[] = [];
    const calls = { kept: 0, fresh: 0 };
    let running = true;
    const load = async (kind: keyof typeof calls, call: () => Promise<string>) => {
      while (running) {
        const problem = await call();
        if (problem !== "") failures.push(`${kind}: ${problem}`);
        calls[kind]++;
      }
    };
    const loads = [
      load("kept", () => kept.call()),
      load("fresh", () => callOnce(target, trust, client)),
    ];
    for (let round = 1; round <= 20; round++) {
      const next = await authority(`round ${round}`);
      const own = await pairOf(next, "localhost");
      // One of everything at once: with the old one behind the new one in the bundle no order matters.
      trust = joined(next.certificate, old.certificate);
      await put("ca.crt", trust);
      await put("tls.key", own.key);
      await put("tls.crt", own.certificate);
      const [first, leaf] = [digest(next.certificate), digest(own.certificate)];
      await until("everything is taken", () => {
        const { identity, trust } = tls();
        return trust.authorities[0].fingerprint === first && identity.certificate.fingerprint === leaf;
      });
      client = await pairOf(next, NAME);
      old = next;
    }
    running = false;
    await Promise.all(loads);
    kept.close();
    assert.deepEqual(failures, []);
    assert(calls.fresh >= 20 && calls.kept >= 20, JSON.stringify(calls));
    assert.equal(tls().trust.problem + tls().identity.problem, "");
  });
});
