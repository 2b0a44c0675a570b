import assert from "node:assert/strict";
import { everyServed, hosts, promised } from "./_expect.ts";
import { expectNoFailure, untilPublished } from "./_gate.ts";
import {
  type Bed,
  CertbotVolume,
  type Certgate,
  CsiVolume,
  freePort,
  Load,
  onBed,
  secretMembers,
  secretName,
  type TestPair,
  total,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

// Ten volumes at a time: publications are a second apart, and each of them is one reload for Envoy Gateway.
const VOLUMES = 10;
const ROUNDS = 10;
const WITHIN = 5000;

/** Swaps every volume again and again; each time the new pair has to be published. Returns the last pairs. */
async function swapAll(bed: Bed, names: readonly string[]): Promise<TestPair[]> {
  const slowest: number[] = [];
  let pairs: TestPair[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    pairs = await bed.issue(names);
    await bed.mount(pairs);
    const times = await Promise.all(
      pairs.map(({ host, serial }) => untilPublished(bed, secretName(host), serial, promised(WITHIN))),
    );
    slowest.push(Math.round(Math.max(...times)));
  }
  console.log(`${ROUNDS * names.length} swaps, each published; milliseconds for ten: ${slowest.join(", ")}`);
  return pairs;
}

/** Demands that no look ever saw half of a pair, or no pair at all. */
async function expectNeverDoubted(certgate: Certgate, where: string): Promise<void> {
  const doubted = (await certgate.log()).filter(({ msg, secret, hostname }) =>
    /unhealthy|not usable/.test(String(msg)) && String(secret ?? hostname).includes(where)
  );
  assert.deepEqual(doubted, []);
  const metrics = await certgate.metrics();
  assert.equal(total(metrics, "certgate_listeners_withheld"), 0);
}

Deno.test({
  name: "volumes swapped 100 times of 100, with events and without; certbot and csi layouts renewed",
  ignore,
  fn: (test) =>
    onBed({ gate: {} }, async (bed) => {
      const port = freePort();
      const names = hosts("v", VOLUMES);
      const certbot = new CertbotVolume(`${bed.volumes}/letsencrypt`, secretName("certbot.example.com"));
      const csi = new CsiVolume(`${bed.volumes}/secrets/${secretName("csi.example.com")}`, 900);
      const renew = async () => {
        const pairs = await bed.issue(["certbot.example.com", "csi.example.com"]);
        await certbot.put(pairs[0]);
        await csi.put(secretMembers(pairs[1]));
        return pairs;
      };
      const others = await renew();
      const first = await bed.issue(names);
      await bed.mount(first);
      await bed.putListeners("edge", port, [...names, ...others.map(({ host }) => host)]);
      let certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, [...first, ...others]);
      const all = [...first, ...others].map(({ host }) => host);
      const load = bed.keep(Load.start({ port, hosts: all, trust: bed.authority.pem }));

      for (const events of [true, false]) {
        await test.step(`the kubelet's swap, events ${events ? "heard" : "not listened to"}`, async () => {
          if (!events) {
            await certgate.stop();
            certgate = await bed.startCertgate({ watch: { events: false, pollInterval: 500 } });
          }
          const last = await swapAll(bed, names);
          await everyServed(bed, port, last, promised(2 * WITHIN));
          await expectNeverDoubted(certgate, "example-com");
        });
        await test.step(`certbot and csi, events ${events ? "heard" : "not listened to"}`, async () => {
          for (let round = 0; round < 3; round++) {
            const pairs = await renew();
            await everyServed(bed, port, pairs, promised(2 * WITHIN));
          }
          await expectNeverDoubted(certgate, "example-com");
        });
      }
      await expectNoFailure(load, 500);
      assert.deepEqual((await envoy.refusals()).rejected, {});
    }),
});
