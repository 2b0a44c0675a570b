import assert from "node:assert/strict";
import { badPairs, everyServed, expectNothingRefused, hosts } from "./_expect.ts";
import { freePort, HOLES, onBed, total, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

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
      const envoy = await edge.envoy("default/edge");

      await everyServed(bed, port, good);

      await expectNothingRefused(envoy, good, []);

      const metrics = await certgate.metrics();
      for (const [kind, missing] of Object.entries({ listeners: 1, clusters: 0, secrets: 0 })) {
        assert.equal(total(metrics, "certgate_hook_incomplete_input", { kind }), missing, kind);
      }
      await until("the log explains includeAll", async () => {
        const lines = (await certgate.log()).map((line) => JSON.stringify(line));
        if (lines.some((line) => line.includes("includeAll"))) return true;
        throw new Error(lines.join("\n"));
      }, { within: 2000 });
    }),
});

Deno.test({
  name:
    "includeAll left unset: a bad secret is replaced, not taken from under a chain that certgate does not see",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 10));
      const bad = await badPairs(bed, HOLES);
      await bed.putGateway("edge", port, [...good, ...bad]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("unset");
      const envoy = await edge.envoy("default/edge");

      // A reference without its secret would keep the listener, and every host on it, waiting for ever.
      await everyServed(bed, port, good);
      const answers = await bed.ask(port, bad.map(({ host }) => host));
      const known = new Set([...good, ...bad].map(({ serial }) => serial));
      for (const answer of answers) {
        assert.equal(answer.kind, "refused", JSON.stringify(answer));
        const serial = answer.kind === "refused" ? answer.serial : null;
        assert.ok(serial === null || !known.has(serial), "the certificate of another host was presented");
      }

      await expectNothingRefused(envoy, good, bad);

      const metrics = await certgate.metrics();
      assert.ok(total(metrics, "certgate_tls_neutralised_secrets_total") >= bad.length);
      assert.equal(total(metrics, "certgate_tls_pruned_secrets_total"), 0);
      assert.equal(total(metrics, "certgate_tls_pruned_chains_total"), 0);
    }),
});
