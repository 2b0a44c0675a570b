import assert from "node:assert/strict";
import { isPlaceholder } from "../../lib/pki/mod.ts";
import { secretsOf } from "./_eg_secrets.ts";
import { countServed, expectDark, expectNothingRefused, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { atRest, nameOf, pushes, sdsOf, translations, untilServing } from "./_sds.ts";
import { HOSTS, mismatched, type SdsScene } from "./_sds_scene.ts";
import { readPublished, secretMembers, type TestPair, total, until } from "./harness/mod.ts";

const WITHIN = 5000;
const ROUNDS = 2;
/** Seconds that the pair lives which runs out while it is held. */
const LIFE = 8;

export async function start(scene: SdsScene): Promise<void> {
  const { bed, certgate, envoy, current } = scene;
  const ms = await scene.served(30_000);
  console.log(`${HOSTS} hosts were served ${Math.round(ms)} ms after Envoy had started`);
  await expectNothingRefused(envoy, current, []);
  const { objects } = await readPublished(bed.published);
  const secrets = objects.filter(({ kind }) => kind === "Secret") as unknown as {
    data: Record<string, string>;
  }[];
  assert.equal(secrets.length, HOSTS);
  for (const { data } of secrets) {
    assert.ok(isPlaceholder(new TextEncoder().encode(atob(data["tls.crt"]))), "a real pair is published");
  }
  const listeners = JSON.stringify([...await envoy.resources("listener")]);
  assert.equal(listeners.split('"cluster_name":"certgate_sds"').length - 1, HOSTS);
  const { clients, names, unknown } = await sdsOf(certgate);
  assert.deepEqual([names.length, unknown, clients.length], [HOSTS, [], 1]);
  assert.deepEqual([clients[0].cluster, clients[0].streams], ["default/edge", HOSTS]);
}

export async function renewals(scene: SdsScene): Promise<void> {
  const { bed, certgate, envoy, names } = scene;
  const load = scene.load();
  const before = await atRest(envoy, certgate);
  const published = await Deno.readTextFile(`${bed.published}/certgate.yaml`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await scene.renew(names);
    times.push(Math.round(await scene.served()));
  }
  const [single] = names;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await scene.renew([single]);
    await scene.served(promised(WITHIN), [scene.pairOf(single)]);
    times.push(Math.round(performance.now() - start));
  }
  console.log(`renewed and served, ${HOSTS} hosts at once and then one: ${times.join(", ")} ms`);
  assert.deepEqual(await translations(envoy, certgate), before);
  assert.equal(await Deno.readTextFile(`${bed.published}/certgate.yaml`), published);
  await expectNoFailure(load, 100);
}

export async function badRenewals(scene: SdsScene): Promise<void> {
  const { bed, certgate, envoy, names } = scene;
  const [mismatch, old, weak] = names;
  const day = 86_400_000;
  const dates = { from: new Date(Date.now() - 3 * day), to: new Date(Date.now() - day) };
  const load = scene.load();
  const before = { ...await translations(envoy, certgate), pushes: await pushes(certgate) };
  await scene.spoil(mismatch, await mismatched(bed, mismatch));
  await scene.spoil(old, secretMembers(await bed.authority.issue(old, "good", dates)));
  await scene.spoil(weak, secretMembers(await bed.authority.issue(weak, "rsa-1024")));
  const reasons = { [mismatch]: "KeyMismatch", [old]: "Expired", [weak]: "Unsupported" };
  for (const [host, reason] of Object.entries(reasons)) {
    const { verdict, served } = await untilServing(certgate, host, "held");
    assert.deepEqual([verdict.reason, served?.serial], [reason, scene.pairOf(host).serial]);
    const { subscribers, accepted, refused } = await nameOf(certgate, host);
    assert.deepEqual([subscribers, accepted, refused], [1, 1, null]);
  }
  assert.equal(await countServed(bed, scene.port, scene.current), HOSTS);
  const explained = await certgate.command("explain", mismatch);
  assert.match(explained.out + explained.err, /held/i);
  const after = { ...await translations(envoy, certgate), pushes: await pushes(certgate) };
  assert.deepEqual(after, before, "Envoy is told nothing");
  assert.equal(total(await certgate.metrics(), "certgate_sds_nacks_total"), 0);
  await scene.renew(Object.keys(reasons));
  await scene.served();
  assert.equal(await pushes(certgate), before.pushes + 3);
  await expectNoFailure(load, 50);
}

export async function endings(scene: SdsScene): Promise<void> {
  const { bed, certgate, envoy, names } = scene;
  // Not the first: Envoy Gateway names the listener after that one.
  const [first, second] = names.slice(1);
  const others = names.filter((name) => name !== first && name !== second);
  const load = scene.load(others);
  const to = new Date(Date.now() + LIFE * 1000);
  const short = await bed.authority.issue(second, "good", { to });
  await bed.mount([short]);
  await scene.served(promised(WITHIN), [short]);
  await scene.spoil(second, await mismatched(bed, second));
  await untilServing(certgate, second, "held");
  const deleted = scene.pairOf(first);
  await bed.volume(first).remove();
  const dark = (pair: TestPair) =>
    until(`${pair.host} is dark`, async () => {
      await expectDark(bed, scene.port, [pair]);
      return true;
    }, { within: promised(WITHIN) + LIFE * 1000 });
  await dark(deleted);
  await dark(short);
  assert.ok(Date.now() >= to.getTime() - 1000, "it was served until its end");
  const rest = others.map((host) => scene.pairOf(host));
  assert.equal(await countServed(bed, scene.port, rest), rest.length);
  await expectNoFailure(load, 50);
  await scene.renew([first, second]);
  await scene.served(promised(2 * WITHIN));
  await expectNothingRefused(envoy, scene.current, [deleted, short]);
}

/** The last of all: Envoy Gateway tells an Envoy nothing new once another that called itself the same has gone. */
export async function handedOut({ bed }: SdsScene): Promise<void> {
  assert.deepEqual(await secretsOf(`${bed.directory}/config`, "default/edge"), []);
}
