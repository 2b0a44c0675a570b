import assert from "node:assert/strict";
import { badPairs, everyServed, expectNothingRefused, expectWithheld, hosts } from "./_expect.ts";
import { freePorts, HOLES, onBed, total, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

for (const merge of [false, true]) {
  Deno.test({
    name: `a gateway of bad pairs only is closed and the other one serves: ${
      merge ? "one Envoy" : "an Envoy each"
    }`,
    ignore,
    fn: () =>
      onBed({ merge }, async (bed) => {
        const [port, darkPort] = freePorts(2);
        const good = await bed.issue(hosts("g", 10));
        const bad = await badPairs(bed, HOLES);
        await bed.putGateway("bright", port, good);
        await bed.putGateway("dark", darkPort, bad);
        const certgate = await bed.startCertgate();
        const edge = await bed.startEdge("all");
        const envoys = await Promise.all(
          (merge ? ["e2e"] : ["default/bright", "default/dark"]).map((cluster) => edge.envoy(cluster)),
        );

        await everyServed(bed, port, good);
        for (const envoy of envoys) {
          await until("Envoy is ready", () => envoy.ready(), { within: 30_000 });
        }
        const answers = await bed.ask(darkPort, bad.map(({ host }) => host));
        assert.deepEqual(answers, bad.map(() => ({ kind: "closed" })));

        await expectNothingRefused(envoys[0], good, bad);
        for (const envoy of envoys) await expectNothingRefused(envoy, [], bad);

        const metrics = await expectWithheld(certgate, bad);
        assert.equal(total(metrics, "certgate_tls_emptied_listeners_active"), 1);

        // A good host on the dark port opens it again; nothing on the bright one moves.
        const [added] = await bed.issue(["added.example.com"]);
        await bed.putGateway("dark", darkPort, [...bad, added]);
        await everyServed(bed, darkPort, [added]);
        await everyServed(bed, port, good);
        for (const envoy of envoys) await expectNothingRefused(envoy, [], bad);
        assert.equal(total(await expectWithheld(certgate, bad), "certgate_tls_emptied_listeners_active"), 0);
      }),
  });
}
