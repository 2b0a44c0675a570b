import type { DeliveryWay } from "../../lib/model/mod.ts";
import { everyServed, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { clientPolicy, clients } from "./_sds_clients.ts";
import { Upstream } from "./_sds_upstream.ts";
import { bundleVolume, delivering, straight } from "./_sds.ts";
import {
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  freePorts,
  gateway,
  Load,
  onBed,
  type TestPair,
  Ticks,
  until,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;
const HOSTS = 4;
/** How long Envoy goes on with connections of chains that have become others. */
const DRAIN = 3;

Deno.test({
  name:
    "a running host changes to delivery straight to Envoy and back; authorities of clients and backends are rotated",
  ignore,
  fn: (test) =>
    onBed({ gate: {}, drainSeconds: DRAIN }, async (bed) => {
      const [port, otherPort, thirdPort] = freePorts(3);
      const [bundle, backends] = ["clients", "backends"].map((name) => bundleVolume(bed, name));
      const upstream = bed.keep(await Upstream.start());
      const step = async (name: string, body: () => Promise<void>) => {
        // What follows would say nothing.
        if (!await test.step(name, body)) throw new Error(`Not shown: ${name}`);
      };
      const pairs = await bed.issue(hosts("c", HOSTS));
      const [host, checked] = await bed.issue(["mtls.example.com", "upstream.example.com"]);
      await bed.mount([...pairs, host, checked]);
      await bed.putListeners("edge", port, pairs.map(({ host }) => host));
      await bed.putListeners("mtls", otherPort, [host.host]);
      await bed.resources.put("30-upstream", [
        gateway("upstream", thirdPort, [checked.host]),
        ...upstream.objects("upstream", backends.name),
      ]);
      await bed.resources.put("40-policy", [clientPolicy("mtls", bundle.name)]);
      const own = await clients();
      await bundle.put(own.before.authority.pem);
      await backends.put(upstream.before.authority.pem);
      const settings = straight(bed, [bundle, backends]);
      const top = { ...settings.top, ...delivering(bed, "gateway", [bundle, backends]) };
      const certgate = await bed.startCertgate({ ...settings, top });
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, pairs);
      const ways = new Ways(bed, { certgate, envoy, port, pairs });
      await step("from Envoy Gateway's way to certgate's and back by a reload, under load", () =>
        ways.change());
      await step("the authorities of clients are rotated, and Envoy Gateway translates nothing", async () => {
        const admin = await edge.envoy("default/mtls");
        await own.rotate(bed, { certgate, envoy: admin, port: otherPort, host, bundle });
      });
      await step(
        "the authorities of backends are rotated, and Envoy Gateway translates nothing",
        async () => {
          const admin = await edge.envoy("default/upstream");
          await upstream.rotate(bed, {
            certgate,
            envoy: admin,
            port: thirdPort,
            host: checked,
            bundle: backends,
          });
        },
      );
    }),
});

/** Hosts whose way of delivery changes. */
class Ways {
  #pairs: readonly TestPair[];

  constructor(
    readonly bed: Bed,
    readonly parts: {
      readonly certgate: Certgate;
      readonly envoy: EnvoyAdmin;
      readonly port: number;
      readonly pairs: readonly TestPair[];
    },
  ) {
    this.#pairs = parts.pairs;
  }

  async change(): Promise<void> {
    const { bed, parts: { port, envoy } } = this;
    const trust = bed.authority.pem;
    const names = this.#pairs.map(({ host }) => host);
    const load = bed.keep(Load.start({ port, hosts: names, trust, wide: 4, http2: 2 }));
    const cuts = [await this.#to("sds")];
    await this.#renew();
    cuts.push(await this.#to("gateway"));
    await this.#renew();
    // While the connections of the chains before still end.
    cuts.push(await this.#to("sds"), await this.#to("gateway"));
    await this.#renew();
    for (const cut of cuts) console.log(`a response without an end: ${await cut()}`);
    await expectNoFailure(load, 100);
    await expectNothingRefused(envoy, this.#pairs, []);
  }

  /**
   * Has the configuration read again with another way, and waits until Envoy has it.
   *
   * @returns what becomes of a response that was under way: it ends with the chain that it began with, once that has drained.
   */
  async #to(way: DeliveryWay): Promise<() => Promise<string>> {
    const { bed, parts: { certgate, envoy, port } } = this;
    const stream = bed.keep(await Ticks.open({ port, host: this.#pairs[0].host, trust: bed.authority.pem }));
    const ended = stream.ended.then((words) => ({ words, at: performance.now() }));
    const start = performance.now();
    await certgate.reconfigure({ sources: delivering(bed, way).sources });
    const wanted = way === "sds" ? HOSTS : 0;
    await until(`Envoy asks certgate for ${wanted} pairs`, async () => {
      const text = JSON.stringify([...await envoy.resources("listener")]);
      const asked = text.split('"cluster_name":"certgate_sds"').length - 1;
      if (asked === wanted) return true;
      throw new Error(String(asked));
    }, { within: promised(4 * WITHIN) });
    const changed = performance.now();
    await everyServed(bed, port, this.#pairs, promised(WITHIN));
    console.log(`Envoy had the way ${way} ${Math.round(changed - start)} ms after the signal`);
    return async () => {
      const { words, at } = await ended;
      return `${words} ${Math.round(at - changed)} ms after the change`;
    };
  }

  async #renew(): Promise<void> {
    const { bed, parts: { port } } = this;
    this.#pairs = await bed.issue(this.#pairs.map(({ host }) => host));
    const start = performance.now();
    await bed.mount(this.#pairs);
    await everyServed(bed, port, this.#pairs, promised(4 * WITHIN));
    console.log(`${HOSTS} renewals were served within ${Math.round(performance.now() - start)} ms`);
  }
}
