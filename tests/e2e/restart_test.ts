import { everyServed, expectDark, expectNothingRefused, expectWithheld, hosts, promised } from "./_expect.ts";
import { freePort, onBed, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;

Deno.test({
  name:
    "certgate killed with SIGKILL: what is served stays, and a change made meanwhile is served 5 s after its start",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 40));
      const [added] = await bed.issue(["added.example.com"]);
      const [bad] = await bed.issue(["bad.example.com"], "rsa-1024");
      const [alsoBad] = await bed.issue(["also-bad.example.com"], "p-224");
      await bed.putGateway("edge", port, [...good, bad]);
      const first = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);

      await first.kill();
      await everyServed(bed, port, good);
      await bed.putGateway("edge", port, [...good, bad, added, alsoBad]);
      await until("Envoy Gateway has seen the change", async () => {
        return (await edge.log()).includes("added-example-com");
      }, { within: 30_000 });
      await expectDark(bed, port, [added, bad, alsoBad]);

      const start = performance.now();
      const second = await bed.launchCertgate();
      await everyServed(bed, port, [added], promised(WITHIN));
      console.log(`the change was served ${Math.round(performance.now() - start)} ms after certgate's start`);
      await everyServed(bed, port, [...good, added]);
      await expectDark(bed, port, [bad, alsoBad]);

      await expectNothingRefused(envoy, [...good, added], [bad, alsoBad]);

      await second.ready();
      await expectWithheld(second, [bad, alsoBad]);
    }),
});
