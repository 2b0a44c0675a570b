import assert from "node:assert/strict";
import { everyServed, hosts, promised } from "./_expect.ts";
import { expectNoFailure, listenerOf } from "./_gate.ts";
import {
  type Bed,
  type Certgate,
  freePort,
  Load,
  onBed,
  PlainVolume,
  secretMembers,
  secretName,
  type TestPair,
  total,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const HOSTS = 20;
const WRITES = 50;
// Milliseconds that a program needs between its two files, and until it comes again: some shorter and some longer than
// the quiet after which certgate reads, all shorter than what it takes until a misfit is believed.
const GAPS = [0, 5, 50, 250, 350];
const RESTS = [50, 300];
const WITHIN = 5000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Rewrites a pair in place again and again, the certificate first and the key a little later; every fourth time the
 * certificate stops in its middle for a moment.
 */
async function tear(bed: Bed, volume: PlainVolume, pairs: readonly TestPair[]): Promise<TestPair> {
  for (let write = 0; write < WRITES; write++) {
    const pair = pairs[write % pairs.length];
    if (write % 4 === 3) {
      await volume.write("tls.crt", pair.certificate.slice(0, pair.certificate.length / 2));
      await pause(GAPS[write % GAPS.length]);
    }
    await volume.write("tls.crt", pair.certificate);
    await pause(GAPS[write % GAPS.length]);
    await volume.write("tls.key", pair.key);
    await pause(RESTS[write % RESTS.length]);
  }
  const [last] = await bed.issue([pairs[0].host]);
  await volume.put(secretMembers(last));
  return last;
}

/** Demands that nobody was ever told that a pair does not fit together. */
async function expectNoFalseMismatch(certgate: Certgate, names: readonly string[]): Promise<void> {
  const gate = await certgate.gate();
  for (const host of names) {
    const { reason, secrets } = listenerOf(gate, host);
    assert.deepEqual([reason, secrets[0].serving], ["Usable", "current"], host);
  }
  const wrong = (await certgate.log()).filter(({ reason }) => reason !== undefined && reason !== "Usable");
  assert.deepEqual(wrong, []);
  const metrics = await certgate.metrics();
  const counted = [...metrics].filter(([name, value]) =>
    value > 0 && /^certgate_(gateway_listener_cert_(withheld|gating_total)|cert_held)/.test(name)
  );
  assert.deepEqual(counted, []);
  assert.equal(total(metrics, "certgate_tls_pruned_chains_total"), 0);
}

Deno.test({
  name: `${HOSTS * WRITES} torn writes: no false mismatch, and every request on every host is answered`,
  ignore,
  fn: () =>
    onBed({ gate: {} }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 4));
      const torn = hosts("t", HOSTS);
      // Three pairs each, written in turn: two neighbours never fit together.
      const turns = await Promise.all(torn.map((host) => bed.issue([host, host, host])));
      const volumes = torn.map((host) => new PlainVolume(`${bed.volumes}/secrets/${secretName(host)}`));
      await bed.mount(good);
      await Promise.all(volumes.map((volume, index) => volume.put(secretMembers(turns[index][2]))));
      const all = [...good.map(({ host }) => host), ...torn];
      await bed.putListeners("edge", port, all);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, [...good, ...turns.map((pairs) => pairs[2])]);
      const load = bed.keep(Load.start({ port, hosts: all, trust: bed.authority.pem }));

      const last = await Promise.all(volumes.map((volume, index) => tear(bed, volume, turns[index])));
      await everyServed(bed, port, [...good, ...last], promised(2 * WITHIN));
      await expectNoFalseMismatch(certgate, all);
      await expectNoFailure(load, 200);
      assert.deepEqual((await envoy.refusals()).rejected, {});
    }),
});
