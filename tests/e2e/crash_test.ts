import assert from "node:assert/strict";
import { everyServed, hosts, promised } from "./_expect.ts";
import { untilPublished } from "./_gate.ts";
import { type Bed, freePort, onBed, readPublished, secretName, type TestPair, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const KILLS = 50;
// Each kill has a start of its own; in one of so many, certgate is first left alone until everything is right.
const LOOK_EVERY = 10;
// Something to write, so that a publication takes its time.
const BALLAST = 400_000;
const WITHIN = 5000;

/** Waits for the first thing that happens in the directory, or for `patience` milliseconds if nothing does. */
async function somethingHappens(directory: string, patience: number): Promise<boolean> {
  const watcher = Deno.watchFs(directory);
  const timer = setTimeout(() => watcher.close(), patience);
  try {
    for await (const _ of watcher) return true;
    return false;
  } finally {
    clearTimeout(timer);
    try {
      watcher.close();
    } catch { /* It is closed already. */ }
  }
}

/** Demands that the file is whole and that every pair in it is one that was mounted under its name. */
async function expectWhole(bed: Bed, mounted: ReadonlyMap<string, ReadonlySet<string>>): Promise<void> {
  const { serials, hostnames } = await readPublished(bed.published);
  for (const [host, allowed] of mounted) {
    const serial = serials.get(secretName(host));
    assert.ok(serial !== undefined && allowed.has(serial), `${host} has ${serial}`);
    assert.ok(hostnames.has(host), `${host} has its listener`);
  }
}

Deno.test({
  name:
    `certgate killed ${KILLS} times while it publishes: the file is always whole, and right after the start`,
  ignore,
  fn: () =>
    // What it finds at a start is settled soon: waiting for that would be a second of each kill.
    onBed({ gate: { watch: { settle: 100 } } }, async (bed) => {
      const port = freePort();
      const names = hosts("k", 8);
      const mounted = new Map(names.map((host) => [host, new Set<string>()]));
      let current = new Map<string, TestPair>();
      const renew = async (some: readonly string[]) => {
        const pairs = await bed.issue(some);
        for (const pair of pairs) mounted.get(pair.host)!.add(pair.serial);
        current = new Map([...current, ...pairs.map((pair) => [pair.host, pair] as const)]);
        await bed.mount(pairs);
      };
      await renew(names);
      await bed.putListeners("edge", port, names);
      await bed.resources.put("50-ballast", [{
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "ballast", namespace: "default" },
        data: { ballast: "x".repeat(BALLAST) },
      }]);
      const whole = await bed.startCertgate();
      await whole.kill();
      await expectWhole(bed, mounted);

      const right = () =>
        Promise.all(
          [...current.values()].map(({ host, serial }) =>
            untilPublished(bed, secretName(host), serial, promised(WITHIN))
          ),
        );
      let before = 0;
      for (let kill = 1; kill <= KILLS; kill++) {
        const pick = [names[kill % names.length], names[(kill + 3) % names.length]];
        // Renewed before the start, so that the start publishes.
        await renew(pick);
        let happens = somethingHappens(bed.published, promised(10_000));
        const certgate = await bed.launchCertgate();
        if (kill % LOOK_EVERY === 0) {
          await right();
          await happens;
          happens = somethingHappens(bed.published, promised(10_000));
          await renew(pick);
        }
        assert.ok(await happens, "certgate publishes");
        // A publication is over within milliseconds: some kills come in its midst, some after it.
        if (Math.random() < 0.3) await new Promise((resolve) => setTimeout(resolve, Math.random() * 6));
        await certgate.kill();
        await expectWhole(bed, mounted);
        const { serials } = await readPublished(bed.published);
        if (pick.some((host) => serials.get(secretName(host)) !== current.get(host)!.serial)) before++;
      }
      console.log(`${before} of ${KILLS} kills came before the new file was in place, the others after`);

      const edge = await bed.startEdge("all");
      await bed.startCertgate();
      await right();
      await edge.envoy("default/edge");
      await everyServed(bed, port, [...current.values()]);
      await until("no leftover is in the directory", async () => {
        const found = await Array.fromAsync(Deno.readDir(bed.published), ({ name }) => name);
        assert.deepEqual(found, ["certgate.yaml"]);
        return true;
      }, { within: promised(WITHIN) });
    }),
});
