import assert from "node:assert/strict";
import { badPairs, everyServed, expectNothingRefused, hosts, settled } from "./_expect.ts";
import { freePort, ignore, onBed, secretName, total, until } from "./harness/mod.ts";

Deno.test({
  name:
    "includeAll left unset: good hosts are served, and log and metric say what certgate does not get to see",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 10));
      await bed.putGateway("edge", port, good);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("unset");

      await everyServed(bed, port, good);

      await expectNothingRefused(await edge.envoy("default/edge"), good, []);

      assert.ok(total(await certgate.metrics(), "certgate_hook_incomplete_input") > 0);
      await until("the log explains includeAll", async () => {
        const lines = (await certgate.log()).map((line) => JSON.stringify(line));
        if (lines.some((line) => line.includes("includeAll"))) return true;
        throw new Error(lines.join("\n"));
      }, { within: 2000 });
    }),
});

Deno.test({
  name: "includeAll left unset: a bad secret is not taken away from under a chain that certgate does not see",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 10));
      const bad = await badPairs(bed, ["must-staple"]);
      await bed.putGateway("edge", port, [...good, ...bad]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("unset");
      const envoy = await edge.envoy("default/edge");

      // A reference without its secret would keep the listener waiting for ever, and this wait with it.
      await settled(envoy, [...good, ...bad]);
      assert.notDeepEqual((await bed.ask(port, [good[0].host]))[0], { kind: "closed" });

      const { rejected, warming } = await envoy.refusals();
      assert.ok(rejected[`sds.default/${secretName(bad[0].host)}.update_rejected`] > 0);
      assert.equal(warming, 0);

      const metrics = await certgate.metrics();
      assert.equal(total(metrics, "certgate_tls_pruned_secrets_total"), 0);
      assert.equal(total(metrics, "certgate_tls_pruned_chains_total"), 0);
    }),
});
