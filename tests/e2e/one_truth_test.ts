import assert from "node:assert/strict";
import { everyServed, expectDark, expectNothingRefused, hosts, promised, servedWith } from "./_expect.ts";
import { expectNoFailure, untilDelivered } from "./_gate.ts";
import {
  type Bed,
  type Certgate,
  freePorts,
  gateway,
  listenerSet,
  Load,
  onBed,
  readPublished,
  route,
  secret,
  secretMembers,
  secretName,
  until,
} from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const WITHIN = 5000;

/** The withheld hostnames by everybody who can be asked, each sorted. */
async function withheldSets(bed: Bed, certgate: Certgate, written: readonly string[]) {
  const { gate, snapshots } = await certgate.status();
  if (gate === null) throw new Error("The gate is off");
  const published = await readPublished(bed.published);
  const series = [...await certgate.metrics()].filter(([name, value]) =>
    name.startsWith("certgate_gateway_listener_cert_withheld{") && value === 1
  );
  const said = new Map<string, boolean>();
  for (const { msg, hostname } of await certgate.log()) {
    if (msg === "listener certificate unhealthy") said.set(String(hostname), true);
    if (msg === "listener certificate usable again") said.set(String(hostname), false);
  }
  const sorted = (names: Iterable<string>) => [...new Set(names)].sort();
  return {
    status: sorted(gate.listeners.filter((one) => one.published === null).map(({ hostname }) => hostname)),
    conditions: sorted(
      gate.hostnames.filter(({ conditions }) => conditions.some(({ status }) => status !== "True"))
        .map(({ hostname }) => hostname),
    ),
    metrics: sorted(series.flatMap(([name]) => /hostname="([^"]*)"/.exec(name)?.[1] ?? [])),
    directory: sorted(written.filter((host) => !published.hostnames.has(host))),
    secrets: sorted(written.filter((host) => !published.serials.has(secretName(host)))),
    answer: sorted(snapshots.flatMap(({ withheld }) => withheld.map(({ hostname }) => hostname))),
    log: sorted([...said].filter(([, bad]) => bad).map(([host]) => host)),
  };
}

/** Waits until all of them name exactly these hosts. */
async function everybodySays(
  bed: Bed,
  certgate: Certgate,
  written: readonly string[],
  wanted: readonly string[],
) {
  await until(`everybody says that exactly ${wanted.join(", ")} are withheld`, async () => {
    const sets = await withheldSets(bed, certgate, written);
    for (const [who, hosts] of Object.entries(sets)) {
      assert.deepEqual(hosts, [...wanted].sort(), `${who} in ${JSON.stringify(sets)}`);
    }
    return true;
  }, { within: promised(10_000) });
}

Deno.test({
  name: "status, metrics, log, Envoy Gateway's directory and the hook's answer name the same withheld hosts",
  ignore,
  fn: (test) =>
    onBed({ gate: { top: { features: { listenerSets: true } } } }, async (bed) => {
      const [port, otherPort] = freePorts(2);
      const good = await bed.issue(hosts("g", 4));
      const [wildcard] = await bed.issue(["*.example.com"]);
      const [ofSet] = await bed.issue(["set.example.com"]);
      const [missing, stapled, ofSetToo] = ["missing", "stapled", "dark-set"].map((name) =>
        `${name}.example.com`
      );
      const must = await bed.authority.issue(stapled, "must-staple");
      const [first, second] = await bed.issue(["mismatched.example.com", "mismatched.example.com"]);
      await bed.mount([...good, wildcard, ofSet, must]);
      await bed.volume(first.host).put({ ...secretMembers(first), "tls.key": second.key });
      const own = [...good.map(({ host }) => host), wildcard.host, missing, stapled, first.host];
      const written = [...own, ofSet.host, ofSetToo];
      await bed.putListeners("edge", port, own);
      await bed.resources.put("40-set", [
        listenerSet("set", "edge", port, [ofSet.host, ofSetToo]),
        route("set", "ListenerSet"),
      ]);
      const certgate = await bed.startCertgate();
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      await everyServed(bed, port, good);
      const load = bed.keep(
        Load.start({ port, hosts: good.map(({ host }) => host), trust: bed.authority.pem, wide: 2 }),
      );

      await test.step("the hostname of a ListenerSet is served, although Envoy Gateway ignores ListenerSets", async () => {
        await everyServed(bed, port, [ofSet]);
      });

      await test.step("a wildcard serves the names that nobody else has, and never a withheld one", async () => {
        const [answer] = await bed.ask(port, ["anything.example.com"]);
        assert.ok(answer.kind === "answered" && answer.serial === wildcard.serial, JSON.stringify(answer));
        await expectDark(
          bed,
          port,
          [missing, stapled, first.host, ofSetToo].map((host) => ({ ...first, host })),
        );
      });

      await test.step("everybody names the same hosts, at the start and after each change", async () => {
        await everybodySays(bed, certgate, written, [missing, stapled, first.host, ofSetToo]);
        await bed.mount([second]);
        await everyServed(bed, port, [second], promised(WITHIN));
        await everybodySays(bed, certgate, written, [missing, stapled, ofSetToo]);
        await bed.volume(good[3].host).remove();
        await load.stop();
        await everybodySays(bed, certgate, written, [missing, stapled, ofSetToo, good[3].host]);
        // Everybody has said it when the answer is on its way; Envoy has yet to get it.
        await until(`${good[3].host} is dark`, async () => {
          await expectDark(bed, port, [good[3]]);
          return true;
        }, { within: promised(WITHIN) });
        await expectNothingRefused(envoy, [...good.slice(0, 3), ofSet, second, wildcard], [must]);
      });
      await expectNoFailure(load, 20);

      await test.step("wait --for converged returns only when Envoy has loaded the new pair", async () => {
        await bed.mount([good[3]]);
        await untilDelivered(certgate, good[3], promised(10_000));
        const [renewed] = await bed.issue([good[0].host]);
        edge.pause();
        await bed.mount([renewed]);
        const early = await certgate.command("wait", "--for", "converged", "--timeout", "3s");
        assert.equal(early.code, 1, early.out + early.err);
        assert.ok(!(await envoy.serials()).has(renewed.serial));
        edge.resume();
        const { code, err } = await certgate.command("wait", "--for", "converged", "--timeout", "30s");
        assert.equal(code, 0, err);
        assert.ok((await envoy.serials()).has(renewed.serial), "Envoy has the new pair when wait returns");
        const [answer] = await bed.ask(port, [renewed.host]);
        assert.ok(servedWith(answer, renewed), JSON.stringify(answer));
      });

      await test.step("what reaches Envoy Gateway past the gate is pruned by the hook", async () => {
        const [fine] = await bed.issue(["past.example.com"]);
        const bad = await bed.authority.issue("past-bad.example.com", "p-224");
        const past = [fine, bad];
        const text = [
          ...past.map(secret),
          gateway(
            "past",
            otherPort,
            past.map(({ host }) => host),
          ),
          route("past"),
        ]
          .map((object) => JSON.stringify(object)).join("\n---\n");
        await Deno.writeTextFile(`${bed.published}/.past`, text);
        await Deno.rename(`${bed.published}/.past`, `${bed.published}/past.yaml`);
        await everyServed(bed, otherPort, [fine]);
        await expectDark(bed, otherPort, [bad]);
        await expectNothingRefused(await edge.envoy("default/past"), [fine], [bad]);
        const { snapshots } = await certgate.status();
        assert.ok(snapshots.some(({ withheld }) => withheld.some(({ hostname }) => hostname === bad.host)));
      });
    }),
});
