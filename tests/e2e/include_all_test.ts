import assert from "node:assert/strict";
import { everyServed, expectNothingRefused, hosts } from "./_expect.ts";
import { freePort, ignore, onBed, total, until } from "./harness/mod.ts";

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
