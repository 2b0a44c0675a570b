import assert from "node:assert/strict";
import { everyServed, expectDark, expectNothingRefused, expectWithheld, hosts } from "./_expect.ts";
import { freePort, onBed, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

Deno.test({
  name:
    "a gateway whose first host goes, and with it the name of its listener, counts each withheld host once",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const [first, ...good] = await bed.issue(hosts("g", 10));
      const [bad] = await bed.issue(["bad.example.com"], "no-signing");
      await bed.putGateway("edge", port, [first, ...good, bad]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, [first, ...good]);
      const before = await envoy.listenerNames();

      await bed.putGateway("edge", port, [...good, bad]);
      await until("the first host is dark", async () => {
        const [answer] = await bed.ask(port, [first.host]);
        return answer.kind === "refused";
      }, { within: 30_000 });
      await everyServed(bed, port, good);
      await expectDark(bed, port, [first, bad]);

      assert.notDeepEqual(await envoy.listenerNames(), before);
      await expectNothingRefused(envoy, good, [bad]);

      await expectWithheld(certgate, [bad]);
    }),
});
