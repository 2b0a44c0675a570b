import assert from "node:assert/strict";
import {
  badPairs,
  countServed,
  everyServed,
  expectDark,
  expectNothingRefused,
  expectWithheld,
  hosts,
  settled,
} from "./_expect.ts";
import { type Bed, freePort, type Hole, HOLES, onBed, secretName, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

const GOOD = 40;
const CASES: readonly { readonly name: string; readonly holes: readonly Hole[] }[] = [
  ...HOLES.map((hole) => ({ name: hole, holes: [hole] })),
  { name: "all four holes together", holes: HOLES },
];

Deno.test({
  name:
    "cold start without the hook: every innocent secret is refused along with a bad one, and good hosts go dark",
  ignore,
  fn: async (test) => {
    let dark = 0;
    for (const { name, holes } of CASES) {
      await test.step(name, () => onBed({}, async (bed) => void (dark += await harm(bed, name, holes))));
    }
    // Which hosts come back by themselves is chance, and now and then all of them do; not five times in a row.
    assert.ok(dark > 0, "no good host went dark in any of the cases: there is no harm to protect from");
  },
});

/** Starts cold without the hook, demands the part of the harm that is certain, and counts the good hosts that are dark. */
async function harm(bed: Bed, name: string, holes: readonly Hole[]): Promise<number> {
  const port = freePort();
  const good = await bed.issue(hosts("g", GOOD));
  const bad = await badPairs(bed, holes);
  await bed.putGateway("edge", port, [...good, ...bad]);
  const edge = await bed.startEdge("none");
  const envoy = await edge.envoy("default/edge");
  await settled(envoy, [...good, ...bad]);

  const served = await countServed(bed, port, good);
  console.log(`without the hook, ${name}: ${served} of ${GOOD} good hosts answer`);
  await expectDark(bed, port, bad);

  const { rejected } = await envoy.refusals();
  for (const { host } of [...good, ...bad]) {
    const counter = `sds.default/${secretName(host)}.update_rejected`;
    assert.ok(rejected[counter] > 0, `${counter} is zero: ${JSON.stringify(rejected)}`);
  }
  return GOOD - served;
}

for (const { name, holes } of CASES) {
  Deno.test({
    name: `cold start with certgate serves 40 of 40 good hosts next to a bad pair: ${name}`,
    ignore,
    fn: () =>
      onBed({}, async (bed) => {
        const port = freePort();
        const good = await bed.issue(hosts("g", GOOD));
        const bad = await badPairs(bed, holes);
        await bed.putGateway("edge", port, [...good, ...bad]);
        const certgate = await bed.startCertgate();
        const edge = await bed.startEdge("all");
        const envoy = await edge.envoy("default/edge");

        await everyServed(bed, port, good);
        await expectDark(bed, port, bad);

        await expectNothingRefused(envoy, good, bad);

        await expectWithheld(certgate, bad);
        const { value: pruned } = await until("the log names what was pruned", async () => {
          return (await certgate.log()).findLast(({ msg }) => msg === "pruned invalid TLS chains");
        }, { within: 2000 });
        assert.deepEqual([pruned.dropped_hostnames].flat().sort(), bad.map(({ host }) => host).sort());
      }),
  });
}
