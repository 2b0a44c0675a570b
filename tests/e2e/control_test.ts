import assert from "node:assert/strict";
import { badPairs, countServed, everyServed, expectNothingRefused, hosts, settled } from "./_expect.ts";
import { EchoHook } from "./fakes/echo_hook.ts";
import { freePort, onBed, secretName } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const GOOD = 40;

Deno.test({
  name: "a hook that changes nothing is called over the Unix socket and all good hosts are served",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", GOOD));
      await bed.putGateway("edge", port, good);
      const hook = bed.keep(await EchoHook.start(bed.socket));
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);
      await expectNothingRefused(envoy, good, []);
      assert.ok(hook.requests.length >= 1);
    }),
});

Deno.test({
  name: "a hook that changes nothing does not help: innocent secrets are refused along with a bad one",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", GOOD));
      const bad = await badPairs(bed, ["must-staple"]);
      await bed.putGateway("edge", port, [...good, ...bad]);
      bed.keep(await EchoHook.start(bed.socket));
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await settled(envoy, [...good, ...bad]);

      const served = await countServed(bed, port, good);
      console.log(`with a hook that changes nothing: ${served} of ${GOOD} good hosts answer`);
      const { rejected } = await envoy.refusals();
      for (const { host } of [...good, ...bad]) {
        assert.ok(
          rejected[`sds.default/${secretName(host)}.update_rejected`] > 0,
          `nothing of ${host} was refused`,
        );
      }
    }),
});
