import assert from "node:assert/strict";
import { countServed, expectNothingRefused, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { atRest, nameOf, pairOf, pushes, sdsOf, straight, translations, untilServing } from "./_sds.ts";
import { HOSTS, mismatched, type SdsScene } from "./_sds_scene.ts";
import { endOrphans, total, until } from "./harness/mod.ts";

const WITHIN = 5000;
/** How often certgate is killed under load; more by hand. */
export const KILLS = Number(Deno.env.get("CERTGATE_TEST_KILLS") ?? 6);

export async function restarts(scene: SdsScene): Promise<void> {
  const { bed, names } = scene;
  // Certgate goes and comes while Envoy runs.
  const load = scene.load();
  await scene.certgate.stop();
  const before = await atRest(scene.envoy, null);
  await scene.renew([names[3]]);
  const late = scene.pairOf(names[3]);
  assert.equal(await countServed(bed, scene.port, scene.current), HOSTS - 1);
  let start = performance.now();
  scene.certgate = await bed.startCertgate(straight(bed));
  await scene.served(promised(WITHIN), [late]);
  console.log(`a renewal while certgate was away was served ${since(start)} after its start`);
  await scene.served();
  assert.deepEqual(await translations(scene.envoy, null), before);
  await expectNoFailure(load, 50);

  // Envoy comes while certgate is away: with nobody to ask, and with Envoy Gateway's hook failing.
  await scene.certgate.stop();
  await scene.edge.stop();
  await scene.startEdge();
  start = performance.now();
  scene.certgate = await bed.startCertgate(straight(bed));
  await scene.served(promised(6 * WITHIN));
  console.log(`everything was served ${since(start)} after the start of certgate, Envoy being there before`);
  await expectNothingRefused(scene.envoy, scene.current, []);
}

export async function kills(scene: SdsScene): Promise<void> {
  const { bed, names } = scene;
  const load = scene.load();
  await atRest(scene.envoy, scene.certgate);
  for (let kill = 1; kill <= KILLS; kill++) {
    await scene.certgate.kill();
    await scene.renew([names[kill % HOSTS], names[(kill + 4) % HOSTS]]);
    scene.certgate = await bed.launchCertgate(straight(bed));
    // Some kills come while it starts, some while Envoy takes what is new, some later.
    if (kill % 2 === 0) await supervised(scene);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * promised(500)));
    if (kill % 6 === 0) {
      await scene.renew([names[(kill + 1) % HOSTS]]);
      await scene.served(promised(2 * WITHIN));
    }
  }
  await supervised(scene);
  const ms = await scene.served(promised(2 * WITHIN));
  console.log(`${KILLS} kills; the last renewals were served ${Math.round(ms)} ms after the last start`);
  // Outside a service manager, which ends all of a service, an Envoy that was asked then goes on.
  console.log(`${await endOrphans(bed.directory)} Envoys that were asked are ended here`);
  await expectNoFailure(load, 50);
  await expectNothingRefused(scene.envoy, scene.current, []);
}

/** Waits until certgate is up, and starts it again where it has ended, as whoever starts it on a host does. */
async function supervised(scene: SdsScene): Promise<void> {
  await until("certgate is up", async () => {
    if (!scene.certgate.running) scene.certgate = await scene.bed.launchCertgate(straight(scene.bed));
    await scene.certgate.status();
    return true;
  }, { within: promised(20_000), every: 200 });
}

/** What slips through, as nothing should, is Envoy's to refuse. */
export async function refused(scene: SdsScene): Promise<void> {
  const { bed, names: [host] } = scene;
  const faulty = {
    settings: { envoy: { path: "none", admin: "auto", runtimeDir: `${bed.directory}/run` } },
    faults: ["verdict=pair:garbage@1"],
  };
  await scene.certgate.stop();
  scene.certgate = await bed.startCertgate(straight(bed), faulty);
  await scene.served();
  const before = await pushes(scene.certgate);
  const load = scene.load();
  const good = scene.pairOf(host);
  const bad = await mismatched(bed, host);
  await scene.spoil(host, bad);
  const held = await untilServing(scene.certgate, host, "held");
  assert.equal(held.served?.serial, good.serial);
  assert.match(held.verdict.detail, /KEY_VALUES_MISMATCH/);
  await until("the good one is pushed again and taken", async () => {
    const { subscribers, accepted } = await nameOf(scene.certgate, host);
    return subscribers === 1 && accepted === 1 && await pushes(scene.certgate) === before + 2;
  }, { within: promised(WITHIN) });
  const { refused } = await nameOf(scene.certgate, host);
  assert.match(refused!.message, /KEY_VALUES_MISMATCH/);
  assert.doesNotMatch(JSON.stringify(await scene.certgate.status()), /PRIVATE KEY/);
  assert.equal(total(await scene.certgate.metrics(), "certgate_sds_nacks_total"), 1);
  assert.equal(await countServed(bed, scene.port, scene.current), HOSTS);

  // The fault is there again, and would let it slip through again.
  await scene.certgate.kill();
  scene.certgate = await bed.startCertgate(straight(bed), faulty);
  const still = await untilServing(scene.certgate, host, "held");
  assert.equal(still.served?.serial, good.serial);
  await until("Envoy asks for everything again", async () => {
    const { names } = await sdsOf(scene.certgate);
    return names.length === HOSTS &&
      names.every(({ subscribers, accepted }) => subscribers === accepted && accepted === 1);
  }, { within: promised(WITHIN) });
  assert.equal(total(await scene.certgate.metrics(), "certgate_sds_nacks_total"), 0);
  assert.match((await pairOf(scene.certgate, host)).verdict.detail, /KEY_VALUES_MISMATCH/);
  await scene.renew([host]);
  await scene.served();
  await expectNoFailure(load, 50);
}

const since = (start: number) => `${Math.round(performance.now() - start)} ms`;
