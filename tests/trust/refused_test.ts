import assert from "node:assert/strict";
import { authority, type Bed, type Pair, pairOf, until, withBed } from "./_bed.ts";
import { callOnce, onPath, openssl } from "./_clients.ts";
import type { ClientRefusal } from "../../lib/model/mod.ts";

const ignore = onPath("openssl") === null;

interface Row {
  readonly name: string;
  readonly cause: ClientRefusal;
  readonly pair: (bed: Bed) => Promise<Pair | null>;
}

const ROWS: readonly Row[] = [
  { name: "without a certificate", cause: "no_certificate", pair: () => Promise.resolve(null) },
  {
    name: "of a foreign CA with the same name",
    cause: "foreign_ca",
    pair: async () => await pairOf(await authority("one"), "envoy-gateway"),
  },
  {
    name: "with an expired certificate",
    cause: "expired",
    pair: ({ ca }) => pairOf(ca, "envoy-gateway", -9, -1),
  },
  {
    name: "with a certificate that is not valid yet",
    cause: "not_yet_valid",
    pair: ({ ca }) => pairOf(ca, "envoy-gateway", 1, 9),
  },
  { name: "of another name", cause: "wrong_name", pair: ({ ca }) => pairOf(ca, "somebody.example.com") },
];

Deno.test({
  name: "hook.tls refuses each kind of wrong client by openssl and by gRPC, and counts its cause",
  ignore,
  fn: async (t) => {
    await withBed({ allowedNames: ["envoy-gateway", "*.edge.example.com"] }, async (bed) => {
      const { target, dir, ca } = bed;
      for (const { name, cause, pair } of ROWS) {
        await t.step(name, async () => {
          const shown = await pair(bed);
          assert.equal(await bed.refused(cause), 0);
          const { entered, words } = await openssl(target, dir, shown);
          assert(!entered, words);
          await until(`${cause} counted`, async () => await bed.refused(cause) === 1);
          assert.match(await callOnce(target, ca.certificate, shown), /^14 /);
          assert(await bed.refused(cause) >= 2);
        });
      }
      await t.step("with TLS 1.2, also after the files have changed", async () => {
        const right = await pairOf(ca, "envoy-gateway");
        const old = await openssl(target, dir, right, "-tls1_2");
        assert(!old.entered);
        assert.match(old.words, /protocol version/);
        await until("old_tls counted", async () => await bed.refused("old_tls") === 1);
        await bed.put("ca.crt", (await authority("later")).certificate);
        await until("taken", () => bed.tls().trust.authorities[0].subject.includes("later"));
        assert.match((await openssl(target, dir, right, "-tls1_2")).words, /protocol version/);
        await until("old_tls counted again", async () => await bed.refused("old_tls") === 2);
        await bed.put("ca.crt", ca.certificate);
        await until("taken back", () => bed.tls().trust.authorities[0].subject.includes("one"));
      });
      await t.step("without TLS", async () => {
        const [hostname, port] = target.split(":");
        const plain = await Deno.connect({ hostname, port: Number(port) });
        await plain.write(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
        const bytes = new Uint8Array(64);
        const count = await plain.read(bytes).catch(() => null) ?? 0;
        // At most an alert of TLS (RFC 8446, 6): no settings of HTTP/2.
        assert(count === 0 || bytes[0] === 0x15, String(bytes));
        plain.close();
        await until("no_tls counted", async () => await bed.refused("no_tls") === 1);
      });
      await t.step("and lets the right ones in, by each of the names", async () => {
        for (const name of ["envoy-gateway", "a.edge.example.com"]) {
          const pair = await pairOf(ca, name);
          const { entered, words } = await openssl(target, dir, pair);
          assert(entered, words);
          assert.match(words, /TLSv1\.3/);
          assert.equal(await callOnce(target, ca.certificate, pair), "");
        }
        const deeper = await pairOf(ca, "a.b.edge.example.com");
        assert.match(await callOnce(target, ca.certificate, deeper), /^14 /);
      });
      const causes = bed.log.lines.filter(({ sentence }) => sentence === "a client of the hook was refused");
      assert.equal(new Set(causes.map(({ fields }) => fields.cause)).size, causes.length, "one line a cause");
    });
  },
});

Deno.test("hook.tls lets certgate's own question in, and nobody else who has no certificate of the CA", async () => {
  await withBed({ allowedNames: ["envoy-gateway"] }, async ({ agent, put, ca, tls, sample }) => {
    assert(await agent.probe(5000));
    // Neither another identity nor other authorities make certgate deaf to itself.
    const other = await authority("two");
    const own = await pairOf(other, "localhost");
    await put("tls.key", own.key);
    await put("tls.crt", own.certificate);
    await put("ca.crt", other.certificate);
    await until("taken", () => tls().trust.authorities[0].subject.includes("two"));
    await until("taken", () => tls().identity.certificate.issuer.includes("two"));
    assert(await agent.probe(5000));
    assert.match(await callOnce(agent.hook, other.certificate, await pairOf(ca, "envoy-gateway")), /^14 /);
    assert.equal(await sample('certgate_watchdog_probes_total{result="answered"}'), 2);
  });
});
