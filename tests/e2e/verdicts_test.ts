import assert from "node:assert/strict";
import type { Reason } from "../../lib/model/mod.ts";
import { everyServed, expectDark, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { conditionOf, expectNoFailure, listenerOf, untilDelivered, untilWithheld } from "./_gate.ts";
import {
  type Bed,
  type Certgate,
  freePort,
  Load,
  type Members,
  onBed,
  secretMembers,
  secretName,
  type TestPair,
  total,
  until,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;
const DAY = 86_400_000;

/** A way in which a pair is not usable from the start. */
interface Case {
  readonly host: string;
  readonly reason: Reason;
  /** `null`: nothing is mounted. */
  readonly members: Members | null;
  /** What has to be said to people. */
  readonly message: string;
}

async function makeCases(bed: Bed): Promise<Case[]> {
  const { authority } = bed;
  const from = new Date(Math.floor(Date.now() / 60_000) * 60_000 + DAY);
  const to = new Date(from.getTime() - 3 * DAY);
  const text = (date: Date) => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const make = (host: string, ...rest: unknown[]) =>
    authority.issue(`${host}.example.com`, ...rest as ["good"]);
  const [mismatch, other, damaged, keyless] = await bed.issue(
    ["mismatched", "other", "damaged", "keyless"].map((name) => `${name}.example.com`),
  );
  const expired = await authority.issue("expired.example.com", "good", {
    from: new Date(to.getTime() - DAY),
    to,
  });
  const future = await authority.issue("future.example.com", "good", { from });
  const pending = await authority.issueTemporary("pending.example.com");
  const staple = await make("staple", "must-staple");
  const cannot = (host: string, why: string) =>
    `The proxy cannot use the certificate for ${host} (${why}), so HTTPS is off.`;
  return [
    {
      host: expired.host,
      reason: "Expired",
      members: secretMembers(expired),
      message: `HTTPS for ${expired.host} is stopped: its certificate ran out on ${text(to)}. ` +
        "It starts again once a valid certificate is in place. If you moved the domain, check its DNS.",
    },
    {
      host: future.host,
      reason: "NotYetValid",
      members: secretMembers(future),
      message: `HTTPS for ${future.host} starts on ${
        text(from)
      }, when its certificate becomes valid. Nothing to do.`,
    },
    {
      host: mismatch.host,
      reason: "KeyMismatch",
      members: { "tls.crt": mismatch.certificate, "tls.key": other.key },
      message: `The certificate and key for ${mismatch.host} do not belong together, so HTTPS is off.`,
    },
    {
      host: "missing.example.com",
      reason: "Missing",
      members: null,
      message: "The certificate files for missing.example.com are not there, so HTTPS is off.",
    },
    {
      host: keyless.host,
      reason: "Missing",
      members: { "tls.crt": keyless.certificate },
      message: `The certificate files for ${keyless.host} are not there, so HTTPS is off.`,
    },
    {
      host: pending.host,
      reason: "Pending",
      members: secretMembers(pending),
      message: `No certificate could be obtained for ${pending.host} yet, so HTTPS is off. ` +
        "Check that the domain points here.",
    },
    {
      host: damaged.host,
      reason: "Unreadable",
      members: { "tls.crt": damaged.certificate.replace(/^M.{40}/m, "?".repeat(41)), "tls.key": damaged.key },
      message: `The certificate for ${damaged.host} cannot be read, so HTTPS is off.`,
    },
    {
      host: staple.host,
      reason: "Unsupported",
      members: secretMembers(staple),
      message: cannot(staple.host, "the certificate demands a stapled OCSP answer, and there is none"),
    },
  ];
}

/** A key that cannot be opened, whoever asks: root may read every file, but nobody reads a directory. */
async function mountUnreadable(bed: Bed, pair: TestPair): Promise<Case> {
  const { path } = bed.volume(pair.host);
  await Deno.mkdir(`${path}/tls.key`, { recursive: true });
  await Deno.writeTextFile(`${path}/tls.crt`, pair.certificate);
  return {
    host: pair.host,
    reason: "Unreadable",
    members: null,
    message: `The certificate for ${pair.host} cannot be read, so HTTPS is off.`,
  };
}

/** Demands that status, metrics and commands say of every case what the matter is, and nothing of the good ones. */
async function expectSaid(certgate: Certgate, cases: readonly Case[], good: readonly TestPair[]) {
  const gate = await certgate.gate();
  for (const { host, reason, message } of cases) {
    const listener = listenerOf(gate, host);
    assert.deepEqual(
      [listener.reason, listener.message, listener.delivery, listener.published],
      [reason, message, "withheld", null],
      host,
    );
    assert.equal(conditionOf(listener, "Accepted"), "True/Accepted", host);
    assert.equal(conditionOf(listener, "ResolvedRefs"), "False/InvalidCertificateRef", host);
    assert.equal(conditionOf(listener, "Programmed"), "False/Invalid", host);
  }
  for (const { host } of good) {
    const listener = listenerOf(gate, host);
    assert.deepEqual([listener.reason, listener.message, listener.delivery], ["Usable", "", "served"], host);
    assert.equal(conditionOf(listener, "Programmed"), "True/Programmed", host);
  }
  const metrics = await certgate.metrics();
  for (const { host, reason } of cases) {
    assert.equal(
      total(metrics, "certgate_gateway_listener_cert_withheld", { hostname: host, reason }),
      1,
      host,
    );
  }
  assert.equal(total(metrics, "certgate_gateway_listener_cert_withheld"), cases.length);
  assert.equal(total(metrics, "certgate_gateway_listener_cert_managed"), cases.length + good.length);

  const shown = await certgate.command("status");
  assert.equal(shown.code, 1, shown.err);
  for (const { message } of cases) assert.ok(shown.out.includes(message), `${message}\n${shown.out}`);
  const explanations = await Promise.all(
    [...cases, good[0]].map(({ host }) => certgate.command("explain", host)),
  );
  for (const [index, { message }] of cases.entries()) {
    const { code, out, err } = explanations[index];
    assert.equal(code, 1, err);
    assert.ok(out.includes(message), `${message}\n${out}`);
  }
  const { code, out, err } = explanations.at(-1)!;
  assert.equal(code, 0, out + err);
  assert.ok(out.includes(good[0].serial), out);
}

Deno.test({
  name: "what is not usable is withheld, said and repaired one by one, and what breaks later is held",
  ignore,
  fn: (test) =>
    onBed({ gate: {} }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 6));
      const cases = await makeCases(bed);
      const [locked] = await bed.issue(["locked.example.com"]);
      cases.push(await mountUnreadable(bed, locked));
      for (const { host, members } of cases) if (members !== null) await bed.volume(host).put(members);
      await bed.mount(good);
      await bed.putListeners("edge", port, [...good, ...cases].map(({ host }) => host));
      let certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);
      const load = bed.keep(
        Load.start({ port, hosts: good.map(({ host }) => host), trust: bed.authority.pem }),
      );

      await test.step("the hosts of unusable pairs are withheld, with words, and the others serve", async () => {
        await expectDark(bed, port, cases.map(({ host }) => ({ ...good[0], host })));
        for (const pair of good) await untilDelivered(certgate, pair, 20_000);
        await expectSaid(certgate, cases, good);
        await expectNothingRefused(envoy, good, []);
      });

      const repaired = await bed.issue(cases.map(({ host }) => host));
      await test.step("each is repaired and serves 5 s later", async () => {
        const times: string[] = [];
        for (const [index, pair] of repaired.entries()) {
          if (pair.host === locked.host) await bed.volume(pair.host).remove();
          await bed.mount([pair]);
          const ms = await everyServed(bed, port, [pair], promised(WITHIN));
          times.push(`${cases[index].reason} ${Math.round(ms)}`);
        }
        console.log(`milliseconds from the repaired files to the first answer: ${times.join(", ")}`);
        await everyServed(bed, port, [...good, ...repaired]);
        const gate = await certgate.gate();
        assert.deepEqual(gate.listeners.filter(({ reason }) => reason !== "Usable"), []);
      });

      await test.step("a renewal that is not usable: the earlier pair is held, across a restart", async () => {
        const broken = cases.filter(({ reason, members }) => members !== null && reason !== "NotYetValid");
        const kept = repaired.filter(({ host }) => broken.some((one) => one.host === host));
        for (const { host, members } of broken) await bed.volume(host).put(members!);
        const held = (host: string) => ({ namespace: "default", secret: secretName(host) });
        const allHeld = async () => {
          await until("every broken renewal is known and the earlier pair held", async () => {
            const gate = await certgate.gate();
            for (const { host, reason } of broken) {
              const [secret] = listenerOf(gate, host).secrets;
              if (secret.verdict.reason !== reason || secret.serving !== "held") {
                throw new Error(`${host}: ${secret.verdict.reason}, serving ${secret.serving}`);
              }
            }
            return true;
          }, { within: promised(20_000) });
          const metrics = await certgate.metrics();
          for (const { host } of broken) {
            assert.equal(total(metrics, "certgate_cert_held", held(host)), 1, host);
          }
          await everyServed(bed, port, kept, promised(WITHIN));
        };
        await allHeld();
        await certgate.kill();
        await everyServed(bed, port, kept);
        certgate = await bed.startCertgate();
        await allHeld();
        await everyServed(bed, port, [...good, ...repaired]);
      });

      await test.step("a pair that is taken away takes its host off, and no other", async () => {
        await bed.volume(repaired[0].host).remove();
        await untilWithheld(certgate, repaired[0].host, "Missing", promised(10_000));
        await until(`${repaired[0].host} is dark`, async () => {
          const [answer] = await bed.ask(port, [repaired[0].host]);
          return answer.kind === "refused";
        }, { within: promised(WITHIN) });
      });

      await expectNoFailure(load, 500);
      assert.deepEqual((await envoy.refusals()).rejected, {});
    }),
});
