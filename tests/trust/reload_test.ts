import assert from "node:assert/strict";
import { join } from "node:path";
import { authority, type Bed, digest, joined, pairOf, until, withBed } from "./_bed.ts";
import { callOnce, onPath, openssl, TlsHookClient } from "./_clients.ts";

const FAILED = "TLS files cannot be used, what was read before stays";
const NAME = "envoy-gateway";

const trusts = ({ tls }: Bed, count: number) => () => tls().trust.authorities.length === count;

Deno.test("hook.tls takes clients of the old and the new CA during a rotation, and after the third CA not those of the first", async () => {
  await withBed({}, async (bed) => {
    const { target, put, ca, refused } = bed;
    const [two, three] = [await authority("two"), await authority("three")];
    const [a, b, c] = await Promise.all([ca, two, three].map((issuer) => pairOf(issuer, NAME)));
    const kept = new TlsHookClient(target, ca.certificate, a);
    assert.equal(await kept.call(), "");
    assert.match(await callOnce(target, ca.certificate, b), /^14 /);

    await put("ca.crt", joined(two.certificate, ca.certificate));
    await until("two authorities", trusts(bed, 2));
    for (const client of [a, b]) assert.equal(await callOnce(target, ca.certificate, client), "");

    await put("ca.crt", joined(three.certificate, two.certificate));
    await until("the third", () => bed.tls().trust.authorities[0].subject.includes("three"));
    for (const client of [b, c]) assert.equal(await callOnce(target, ca.certificate, client), "");
    const before = await refused("foreign_ca");
    assert.match(await callOnce(target, ca.certificate, a), /^14 /);
    await until("counted", async () => await refused("foreign_ca") > before);
    // What was connected is not cut off.
    assert.equal(await kept.call(), "");
    kept.close();
  });
});

Deno.test({
  name: "hook.tls refuses a session of a client whose CA has gone, also when it is taken up again",
  ignore: onPath("openssl") === null,
  fn: async () => {
    await withBed({}, async ({ target, dir, put, ca, tls, refused }) => {
      const client = await pairOf(ca, NAME);
      const session = join(dir, "session");
      const first = await openssl(target, dir, client, "-sess_out", session);
      assert(first.entered, first.words);
      const again = await openssl(target, dir, client, "-sess_in", session, "-sess_out", session);
      assert(again.entered && /Reused/.test(again.words), again.words);
      const two = await authority("two");
      await put("ca.crt", two.certificate);
      await until("taken", () => tls().trust.authorities[0].subject.includes("two"));
      const late = await openssl(target, dir, client, "-sess_in", session);
      assert(!late.entered && /Reused/.test(late.words), late.words);
      await until("counted", async () => await refused("foreign_ca") === 1);
    });
  },
});

Deno.test("hook.tls shows a new pair at the next handshake, and never a certificate with another's key", async () => {
  await withBed({}, async ({ target, put, ca, tls, log }) => {
    const next = await pairOf(ca, "localhost");
    const before = tls().identity.certificate.fingerprint;
    await put("tls.crt", next.certificate);
    await until("the half of it is noticed", () => tls().identity.problem !== "");
    assert.equal(tls().identity.certificate.fingerprint, before);
    assert.equal(await callOnce(target, ca.certificate, await pairOf(ca, NAME)), "");
    await put("tls.key", next.key);
    await until("taken", () => tls().identity.problem === "");
    assert.equal(tls().identity.certificate.fingerprint, digest(next.certificate));
    assert.deepEqual(log.sentences("error"), [FAILED]);
    const [hostname, port] = target.split(":");
    const { promise, resolve } = Promise.withResolvers<string>();
    const { connect } = await import("node:tls");
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on("error", () => {});
    assert.equal(await promise, digest(next.certificate));
  });
});

Deno.test("hook.tls keeps the previous trust while its file is broken, and says so in metric, log and status", async () => {
  await withBed({}, async (bed) => {
    const { target, dir, put, ca, tls, log, sample } = bed;
    const client = await pairOf(ca, NAME);
    const two = await authority("two");
    const expired = await authority("expired", -9, -1);
    const broken: [string, () => Promise<void>][] = [
      ["empty", () => put("ca.crt", new Uint8Array())],
      ["every member expired", () => put("ca.crt", expired.certificate)],
      [
        "the second member cut off",
        () => put("ca.crt", joined(two.certificate, two.certificate.slice(0, 200))),
      ],
      ["away", () => Deno.remove(join(dir, "ca.crt"))],
      ["a directory", () => Deno.mkdir(join(dir, "ca.crt"))],
    ];
    const failed = 'certgate_hook_tls_reload_failed{part="trust"}';
    let count = 0;
    for (const [what, breakIt] of broken) {
      const problem = tls().trust.problem;
      await breakIt();
      await until(what, () => tls().trust.problem !== problem && tls().trust.problem !== "");
      assert.equal(await sample(failed), 1, what);
      assert.equal(log.sentences("error").filter((one) => one === FAILED).length, ++count, what);
      assert.equal(await callOnce(target, ca.certificate, client), "", what);
      assert.equal(tls().trust.authorities.length, 1);
    }
    await Deno.remove(join(dir, "ca.crt"));
    await put("ca.crt", joined(expired.certificate, two.certificate));
    await until("in order again", () => tls().trust.problem === "");
    assert.equal(await sample(failed), 0);
    assert.match(tls().trust.leftOut.join(), /expired: expired/);
    assert.match(await callOnce(target, ca.certificate, client), /^14 /);
    assert.equal(await callOnce(target, ca.certificate, await pairOf(two, NAME)), "");
    assert.equal(await sample('certgate_hook_tls_reloads_total{part="trust",outcome="failure"}'), count);
  });
});
