import assert from "node:assert/strict";
import { countServed, everyServed, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { FailingHook } from "./fakes/failing_hook.ts";
import { freePort, onBed, readPublished, secretName, total, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;

Deno.test({
  name:
    "certgate dies after a publication and Envoy Gateway's call is lost: 5 s after the next start it is served",
  ignore,
  fn: () =>
    onBed({ gate: {} }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 4));
      await bed.mount(good);
      await bed.putListeners("edge", port, good.map(({ host }) => host));
      const first = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);

      // Envoy Gateway stands still, so that its call cannot come before certgate is gone.
      edge.pause();
      const [renewed] = await bed.issue([good[0].host]);
      await bed.mount([renewed]);
      await until("the renewed pair is published", async () => {
        const { serials } = await readPublished(bed.published);
        return serials.get(secretName(renewed.host)) === renewed.serial;
      }, { within: promised(WITHIN) });
      await first.kill();
      const failing = bed.keep(await FailingHook.start(bed.socket));
      edge.resume();
      await until("Envoy Gateway's call has failed", async () => {
        return failing.calls > 0 && (await edge.log()).includes("this hook fails");
      }, { within: 30_000 });
      await failing.stop();
      await everyServed(bed, port, good);

      const before = await Deno.readTextFile(`${bed.published}/certgate.yaml`);
      const start = performance.now();
      const second = await bed.launchCertgate();
      await everyServed(bed, port, [renewed], promised(WITHIN));
      console.log(
        `what was lost was served ${Math.round(performance.now() - start)} ms after certgate's start`,
      );
      assert.equal(await countServed(bed, port, good.slice(1)), good.length - 1);
      await expectNothingRefused(envoy, [...good.slice(1), renewed], []);
      await second.ready();
      assert.equal(total(await second.metrics(), "certgate_gate_nudges_total", { cause: "start" }), 1);
      assert.notEqual(await Deno.readTextFile(`${bed.published}/certgate.yaml`), before);
    }),
});
