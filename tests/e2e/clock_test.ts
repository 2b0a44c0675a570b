import assert from "node:assert/strict";
import { everyServed, expectDark, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { conditionOf, expectNoFailure, listenerOf, untilWithheld } from "./_gate.ts";
import { freePort, Load, onBed, readPublished, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;
// Long enough that a pair is served before it ends, on a machine that has other things to do as well.
const AHEAD = 10_000;

Deno.test({
  name: "pairs that run out and pairs that become valid do so at their time, with no event on any file",
  ignore,
  fn: () =>
    onBed({ gate: { gate: { expiryMargin: 0 } } }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("g", 4));
      const [before] = await bed.issue(["renewed.example.com"]);
      const names = [...good, before].map(({ host }) => host);
      await bed.mount([...good, before]);
      await bed.putListeners("edge", port, [...names, "ends.example.com", "begins.example.com"]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, [...good, before]);
      const load = bed.keep(
        Load.start({ port, hosts: good.map(({ host }) => host), trust: bed.authority.pem }),
      );

      // Certificates know whole seconds only.
      const moment = new Date(Math.ceil((Date.now() + promised(AHEAD)) / 1000) * 1000);
      const [ends, begins, renewed] = await Promise.all([
        bed.authority.issue("ends.example.com", "good", { to: moment }),
        bed.authority.issue("begins.example.com", "good", { from: moment }),
        bed.authority.issue("renewed.example.com", "good", { from: moment }),
      ]);
      await bed.mount([ends, begins, renewed]);
      await everyServed(bed, port, [ends], moment.getTime() - Date.now());
      await untilWithheld(certgate, begins.host, "NotYetValid", promised(WITHIN));
      await expectDark(bed, port, [begins]);
      await everyServed(bed, port, [before]);
      assert.ok(
        Date.now() < moment.getTime(),
        "the machine was too slow to see anything before the time came",
      );

      const left = Math.max(0, moment.getTime() - Date.now());
      await everyServed(bed, port, [begins, renewed], left + promised(WITHIN));
      console.log(`what became valid was served ${Date.now() - moment.getTime()} ms later`);
      await until(`${ends.host} is dark`, async () => {
        await expectDark(bed, port, [ends]);
        return true;
      }, { within: promised(WITHIN) });
      console.log(`what ran out was dark at most ${Date.now() - moment.getTime()} ms later`);

      const gate = await certgate.gate();
      const over = listenerOf(gate, ends.host);
      assert.equal(over.reason, "Expired");
      assert.equal(conditionOf(over, "Programmed"), "False/Invalid");
      assert.ok(over.message.includes("ran out on"), over.message);
      assert.ok(!(await readPublished(bed.published)).serials.has("pair-ends-example-com"));
      // Envoy holds what has ended until its connections are drained; nobody is shown it any more.
      await expectNothingRefused(envoy, [...good, begins, renewed], []);
      await expectNoFailure(load, 100);
    }),
});
