import assert from "node:assert/strict";
import { dirname } from "node:path";
import { everyServed, expectDark, hosts, promised } from "./_expect.ts";
import { expectNoFailure, listenerOf, untilDelivered, untilWithheld } from "./_gate.ts";
import {
  type Bed,
  configuration,
  type EnvoyAdmin,
  FakeHost,
  freePort,
  Load,
  makeProgram,
  onBed,
  packRelease,
  secretMembers,
  total,
  until,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;
/** Earlier and later than anything that is released, so that neither is taken for it. */
const [OLD, NEW] = ["0.0.1", "99.0.0"];

/** Two releases of the same code, each with a name of its own. */
async function makeReleases(bed: Bed): Promise<string> {
  const base = `${bed.directory}/releases`;
  for (const version of [OLD, NEW]) {
    const name = { version, revision: `of-${version}` };
    await packRelease(base, version, (await makeProgram(`${bed.directory}/built-${version}`, name)).path);
  }
  return `file://${base}`;
}

/** A host whose certgate stands where the bed's would. */
async function makeHost(bed: Bed): Promise<FakeHost> {
  const http = `127.0.0.1:${freePort()}`;
  const host = bed.keep(await FakeHost.make(`${bed.directory}/host`, http));
  const gate = { resources: bed.resources.path, published: bed.published, volumes: bed.volumes };
  const places = { directory: bed.directory, socket: bed.socket, envoy: toolPath("envoy")!, gate };
  const settings = { ...configuration(places, http), stateDir: host.state };
  await Deno.mkdir(dirname(host.config), { recursive: true });
  await Deno.writeTextFile(host.config, JSON.stringify(settings, null, 1));
  return host;
}

/**
 * Everything that tells whether Envoy was given something other than it has. (An answer to the list of listeners is not
 * among it: after a start certgate makes Envoy Gateway call once, and Envoy is sent the same list under a new number.)
 */
const CHANGES = "^(listener_manager\\.(listener_.*|lds\\.update_rejected)|sds\\..*\\.update_success)$";

/** What certgate believes of each listener, with the times at which it began to. */
async function beliefs(host: FakeHost): Promise<unknown> {
  const { listeners } = await host.certgate().gate();
  return listeners.map(({ hostname, reason, conditions, secrets }) => ({
    hostname,
    reason,
    conditions,
    secrets,
  }));
}

/** Waits until Envoy Gateway and Envoy have all there is: what comes later has another cause. */
async function converged(host: FakeHost): Promise<void> {
  await until("everything has arrived", async () => (await host.certgate().gate()).converged, {
    within: promised(2 * WITHIN),
  });
}

/** Brings the host to a version under load, and demands that nobody but certgate itself notices. */
async function changeVersion(
  host: FakeHost,
  base: string,
  version: string,
  envoy: EnvoyAdmin,
): Promise<void> {
  await converged(host);
  const before = {
    pid: host.certgate().pid,
    updates: await envoy.stats(CHANGES),
    beliefs: await beliefs(host),
  };
  const { code, output } = await host.install("--base-url", base, "--version", version);
  assert.equal(code, 0, output);
  const certgate = host.certgate();
  assert.notEqual(certgate.pid, before.pid, "another process runs");
  const metrics = await certgate.metrics();
  assert.equal(total(metrics, "certgate_build_info", { version, revision: `of-${version}` }), 1);
  assert.equal(total(metrics, "certgate_envoy_binary"), 1);
  await until("certgate knows again that Envoy has everything", async () => {
    assert.deepEqual(await beliefs(host), before.beliefs);
    return true;
  }, { within: promised(2 * WITHIN) });
  await converged(host);
  assert.deepEqual(await envoy.stats(CHANGES), before.updates, "nothing of Envoy was touched");
}

Deno.test({
  name:
    "certgate upgraded and rolled back by the installer under load: no change for Envoy, no failed request",
  ignore,
  fn: (test) =>
    onBed({ gate: {}, state: "host/var/lib/certgate" }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 8));
      const [heldPair, misfit, late, other] = await bed.issue(
        ["held", "held", "late", "late"].map((name) => `${name}.example.com`),
      );
      await bed.mount([...good, heldPair]);
      const served = [...good, heldPair];
      await bed.putListeners("edge", port, [...served, late].map(({ host }) => host));
      const base = await makeReleases(bed);
      const host = await makeHost(bed);
      const first = await host.install("--base-url", base, "--version", OLD);
      assert.equal(first.code, 0, first.output);
      // A renewal that is not usable: that the earlier pair goes on has to outlive the process.
      await bed.volume(heldPair.host).put({ "tls.crt": heldPair.certificate, "tls.key": misfit.key });
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, served);
      for (const pair of served) await untilDelivered(host.certgate(), pair, promised(20_000));
      await until("the earlier pair is held", async () => {
        return listenerOf(await host.certgate().gate(), heldPair.host).secrets[0].serving === "held";
      }, { within: promised(20_000) });
      const load = bed.keep(
        Load.start({ port, hosts: served.map(({ host }) => host), trust: bed.authority.pem }),
      );

      await test.step("upgraded", () => changeVersion(host, base, NEW, envoy));
      await test.step("a pair that breaks right after the upgrade is withheld alone", async () => {
        const before = await envoy.stats(CHANGES);
        await bed.volume(late.host).put({ "tls.crt": late.certificate, "tls.key": other.key });
        await untilWithheld(host.certgate(), late.host, "KeyMismatch", promised(2 * WITHIN));
        await expectDark(bed, port, [late]);
        await everyServed(bed, port, served, promised(WITHIN));
        await converged(host);
        assert.deepEqual(await envoy.stats(CHANGES), before, "nothing of Envoy was touched");
      });
      await test.step("rolled back", () => changeVersion(host, base, OLD, envoy));
      await test.step("what is repaired after the rollback is served", async () => {
        await bed.volume(late.host).put(secretMembers(late));
        await everyServed(bed, port, [...served, late], promised(WITHIN));
      });
      await test.step("installed once more: nothing is started anew", async () => {
        const { pid } = host.certgate();
        const asked = host.asked.length;
        const { code, output } = await host.install("--base-url", base, "--version", OLD);
        assert.deepEqual([code, host.certgate().pid, host.asked.length], [0, pid, asked], output);
      });

      await expectNoFailure(load, 300);
      assert.deepEqual((await envoy.refusals()).rejected, {});
    }),
});
