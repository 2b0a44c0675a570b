import assert from "node:assert/strict";
import { everyServed, expectDark, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { freePort, freePorts, Load, onBed, readPublished, route, secretName, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;
// The most that Envoy Gateway takes in one Gateway.
const MOST = 64;

Deno.test({
  name:
    "a resource that cannot be read, a Gateway with nothing left, a new Envoy Gateway: nobody else notices",
  ignore,
  fn: (test) =>
    onBed({ gate: {} }, async (bed) => {
      const [port, otherPort] = freePorts(2);
      const good = await bed.issue(hosts("g", 4));
      const [other] = await bed.issue(["other.example.com"]);
      await bed.mount([...good, other]);
      await bed.putListeners("edge", port, good.map(({ host }) => host));
      await bed.putListeners("other", otherPort, [other.host]);
      const certgate = await bed.startCertgate();
      let edge = await bed.startEdge("all");
      await everyServed(bed, port, good);
      await everyServed(bed, otherPort, [other]);
      const trust = bed.authority.pem;
      const load = bed.keep(Load.start({ port, hosts: good.slice(1).map(({ host }) => host), trust }));
      /** Waits until the status has words about a file that are like this, or about none. */
      const hear = (file: string, words: RegExp | null) =>
        until(`the findings about ${file} are ${words}`, async () => {
          const { findings } = (await certgate.gate()).resources;
          const said = findings.filter(({ place }) => place.includes(file)).map(({ message }) => message);
          if (words === null ? findings.length === 0 : said.some((message) => words.test(message))) {
            return true;
          }
          throw new Error(JSON.stringify(findings));
        }, { within: promised(WITHIN) });
      let [current] = good;
      const renewFirst = async () => {
        [current] = await bed.issue([current.host]);
        await bed.mount([current]);
        await everyServed(bed, port, [current], promised(WITHIN));
      };

      await test.step("what Envoy Gateway could not load is left out, its last good version is kept", async () => {
        const file = `${bed.resources.path}/30-other.yaml`;
        const fine = await Deno.readTextFile(file);
        await Deno.writeTextFile(file, "kind: Gateway\n  name: [");
        await hear("30-other.yaml", /^Cannot read file/);
        await renewFirst();
        await everyServed(bed, otherPort, [other]);
        await Deno.writeTextFile(file, fine);
        await hear("30-other.yaml", null);

        const odd = route("odd") as { spec: Record<string, unknown> };
        await bed.resources.put("60-odd", [{ ...odd, spec: { ...odd.spec, nobodyKnowsThis: true } }]);
        await hear("60-odd.yaml", /nobodyKnowsThis/);
        await renewFirst();
        await bed.resources.remove("60-odd");
        await hear("60-odd.yaml", null);
      });

      await test.step("a Gateway with nothing usable stays out and comes back", async () => {
        await bed.volume(other.host).remove();
        await until("the other Gateway is out and its port closed", async () => {
          const out = (await certgate.gate()).gateways.find(({ name }) => name === "other")!;
          const [answer] = await bed.ask(otherPort, [other.host]);
          if (out.published.length === 0 && out.message !== "" && answer.kind === "closed") return true;
          throw new Error(`${out.published} ${out.message} ${answer.kind}`);
        }, { within: promised(3 * WITHIN) });
        await renewFirst();
        await bed.mount([other]);
        const ms = await everyServed(bed, otherPort, [other], promised(2 * WITHIN));
        console.log(`a Gateway that was out was served ${Math.round(ms)} ms after its pair was back`);
      });
      await expectNoFailure(load, 200);

      await test.step("a new Envoy Gateway gets everything as it is now, the held pair included", async () => {
        await edge.stop();
        const bad = await bed.authority.issue(good[1].host, "p-224");
        await bed.mount([bad]);
        await until("the broken renewal is known", async () => {
          const pair = (await certgate.gate()).pairs.find(({ served }) => served?.serial === good[1].serial);
          return pair?.serving === "held";
        }, { within: promised(WITHIN) });
        edge = await bed.startEdge("all");
        await everyServed(bed, port, [current, ...good.slice(1)]);
        await everyServed(bed, otherPort, [other]);
        await expectNothingRefused(await edge.envoy("default/edge"), good.slice(1), [bad]);
      });

      await test.step("what is published while Envoy Gateway starts is not lost, although it does not listen yet", async () => {
        await edge.stop();
        const before = await edge.log();
        const started = async (words: string) => (await edge.log()).slice(before.length).includes(words);
        edge = await bed.startEdge("all");
        await until("Envoy Gateway has begun to read", () => started("start reconciling"), {
          within: 30_000,
          every: 5,
        });
        [current] = await bed.issue([current.host]);
        await bed.mount([current]);
        await until("the renewed pair is published", async () => {
          const { serials } = await readPublished(bed.published);
          return serials.get(secretName(current.host)) === current.serial;
        }, { within: promised(WITHIN), every: 10 });
        const deaf = !await started("Watching path added");
        const ms = await everyServed(bed, port, [current], promised(4 * WITHIN));
        console.log(`published while Envoy Gateway was ${deaf ? "deaf" : "listening"}: ${Math.round(ms)} ms`);
      });
    }),
});

Deno.test({
  name: "more hosts than Envoy Gateway takes in one Gateway: merged Gateways are split, and all are served",
  ignore,
  fn: () =>
    onBed({ merge: true, gate: {} }, async (bed) => {
      const port = freePort();
      const good = await bed.issue(hosts("m", MOST + 6));
      const [late] = await bed.issue(["late.example.com"]);
      await bed.mount(good);
      await bed.putListeners("edge", port, [...good, late].map(({ host }) => host));
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      await everyServed(bed, port, good);
      await expectDark(bed, port, [late]);
      const { hostnames } = await readPublished(bed.published);
      assert.deepEqual([...hostnames].sort(), good.map(({ host }) => host).sort());
      const [gateway] = (await certgate.gate()).gateways;
      assert.equal(gateway.published.length, 2);

      await bed.mount([late]);
      await everyServed(bed, port, [...good, late], promised(2 * WITHIN));
      await expectNothingRefused(await edge.envoy("e2e"), [...good, late], []);
    }),
});
