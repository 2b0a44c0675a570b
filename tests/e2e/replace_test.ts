import assert from "node:assert/strict";
import { everyServed, expectDark, expectNothingRefused, expectWithheld, hosts, promised } from "./_expect.ts";
import { freePort, onBed, Ticks, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;

Deno.test({
  name: "a bad pair replaced by a good one is served within 5 s, and a neighbour's open stream never notices",
  ignore,
  fn: () =>
    onBed({ drainSeconds: 1 }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 40));
      const host = "renewed.example.com";
      const [bad] = await bed.issue([host], "must-staple");
      const [repaired] = await bed.issue([host]);
      await bed.putGateway("edge", port, [...good, bad]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);
      await expectDark(bed, port, [bad]);
      const ticks = bed.keep(await Ticks.open({ port, host: good[0].host, trust: bed.authority.pem }));

      await bed.putPairs("edge", [...good, repaired]);
      const ms = await everyServed(bed, port, [repaired], promised(WITHIN));
      console.log(`the repaired pair was served ${Math.round(ms)} ms after its file was in place`);
      await everyServed(bed, port, [...good, repaired]);

      // Envoy closes what it does not keep in place one second after an update; the stream has to outlive that.
      await ticks.more(20);
      await expectNothingRefused(envoy, [...good, repaired], []);
      await expectWithheld(certgate, []);

      await bed.putPairs("edge", [...good, bad]);
      await until(`${host} is dark`, async () => {
        const [answer] = await bed.ask(port, [host]);
        return answer.kind === "refused";
      }, { within: promised(WITHIN) });
      await expectDark(bed, port, [bad]);
      await ticks.more(20);
      await everyServed(bed, port, good);
      await expectNothingRefused(envoy, good, [bad]);
      const updates = await envoy.stats("listener_manager\\.listener_(modified|in_place_updated)$");
      assert.ok(updates["listener_manager.listener_modified"] >= 2, JSON.stringify(updates));
      assert.equal(
        updates["listener_manager.listener_in_place_updated"],
        updates["listener_manager.listener_modified"],
        "every update of the listener left the other chains in place",
      );
      await expectWithheld(certgate, [bad]);
    }),
});
