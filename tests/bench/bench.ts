/**
 * `deno task bench`: the hook against the floor, in one run on one machine. Every figure is a ratio to a server on the same
 * runtime that returns the request's bytes; absolute times are shown beside it and mean little elsewhere.
 *
 * `--write` puts the figures and the machine into docs/performance.md.
 */
import { HookClient } from "../fakes/hook_client.ts";
import { toolPath } from "../setup/tools.ts";
import { writeFigures } from "./_docs.ts";
import { makePairs } from "./_pairs.ts";
import { writePolicies } from "./_policies.ts";
import { type BenchServer, startCertgate, startFloor } from "./_server.ts";
import { HOSTS_PER_GATEWAY, makeSnapshot } from "./_snapshot.ts";

const SIZES = [10, 100, 1000, 3000];
const ONE_IN_FIFTY = 50;
/** Calls per figure: fewer where one takes long. */
const CALLS = { 10: 60, 100: 40, 1000: 21, 3000: 11 } as Record<number, number>;

interface Row {
  readonly gateways: number;
  readonly megabytes: number;
  readonly floor: number;
  readonly unchanged: number;
  readonly bad: number;
  readonly all: number;
  readonly unchangedRatio: number;
  readonly badRatio: number;
  readonly allRatio: number;
  /** Of the answer with all mutations on. */
  readonly allMegabytes: number;
}

type Pairs = Awaited<ReturnType<typeof makePairs>>;

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

interface Clients {
  readonly floor: HookClient;
  readonly certgate: HookClient;
  /** One with policy objects that change every host. */
  readonly policies: HookClient;
}

async function time(client: HookClient, request: Uint8Array): Promise<number> {
  const started = performance.now();
  await client.call("PostTranslateModify", request);
  return performance.now() - started;
}

/** Calls in turn, so that a slow moment of the machine hits all four alike; the ratio is the median of the pairs'. */
async function measure(gateways: number, clients: Clients, requests: {
  good: Uint8Array;
  bad: Uint8Array;
}): Promise<Row> {
  const floor: number[] = [];
  const unchanged: number[] = [];
  const bad: number[] = [];
  const all: number[] = [];
  const answer = await clients.policies.call("PostTranslateModify", requests.good);
  for (let warm = 0; warm < 3; warm++) {
    await time(clients.floor, requests.good);
    await time(clients.certgate, requests.good);
    await time(clients.certgate, requests.bad);
    await time(clients.policies, requests.good);
  }
  for (let call = 0; call < CALLS[gateways]; call++) {
    floor.push(await time(clients.floor, requests.good));
    unchanged.push(await time(clients.certgate, requests.good));
    bad.push(await time(clients.certgate, requests.bad));
    all.push(await time(clients.policies, requests.good));
  }
  const ratio = (times: number[]) => median(times.map((value, index) => value / floor[index]));
  return {
    gateways,
    megabytes: requests.good.length / 1e6,
    floor: median(floor),
    unchanged: median(unchanged),
    bad: median(bad),
    all: median(all),
    unchangedRatio: ratio(unchanged),
    badRatio: ratio(bad),
    allRatio: ratio(all),
    allMegabytes: answer.length / 1e6,
  };
}

async function startWithPolicies(dir: string, gateways: number, pairs: Pairs): Promise<BenchServer> {
  const own = await Deno.makeTempDir({ dir });
  return startCertgate(own, "none", await writePolicies(`${own}/policy`, gateways, pairs));
}

async function compareSizes(dir: string, pairs: Pairs): Promise<Row[]> {
  const floor = await startFloor(dir);
  const certgate = await startCertgate(dir, "none");
  const policies = await startWithPolicies(dir, SIZES.at(-1)!, pairs);
  const clients = {
    floor: new HookClient(floor.target),
    certgate: new HookClient(certgate.target),
    policies: new HookClient(policies.target),
  };
  const rows: Row[] = [];
  for (const gateways of SIZES) {
    rows.push(
      await measure(gateways, clients, {
        good: makeSnapshot(gateways, pairs, 0),
        bad: makeSnapshot(gateways, pairs, ONE_IN_FIFTY),
      }),
    );
    console.error(`measured ${gateways} Gateways`);
  }
  Object.values(clients).forEach((client) => client.close());
  await Promise.all([floor.stop(), certgate.stop(), policies.stop()]);
  return rows;
}

/** Peak memory of a fresh process that answers the 1,000-Gateway snapshot, unchanged and with bad pairs. */
async function measureMemory(
  dir: string,
  start: (dir: string) => Promise<BenchServer>,
  requests: Uint8Array[],
) {
  const server = await start(await Deno.makeTempDir({ dir }));
  const client = new HookClient(server.target);
  for (let round = 0; round < 5; round++) for (const request of requests) await time(client, request);
  const peak = await server.peakMib();
  client.close();
  await server.stop();
  return peak;
}

/** Verdicts on pairs never seen before, Envoy's confirmation included: the first call minus a later one. */
async function measureNew(dir: string, pairs: Pairs, envoy: string) {
  const server = await startCertgate(await Deno.makeTempDir({ dir }), envoy);
  const client = new HookClient(server.target);
  await time(client, makeSnapshot(1, pairs.slice(-HOSTS_PER_GATEWAY), 0));
  const request = makeSnapshot(1000, pairs, 0);
  const first = await time(client, request);
  const later = median([
    await time(client, request),
    await time(client, request),
    await time(client, request),
  ]);
  const single: number[] = [];
  for (let round = 0; round < 7; round++) {
    const small = makeSnapshot(1, [pairs[3100 + round], pairs[0], pairs[1]], 0);
    const cold = await time(client, small);
    single.push(cold - await time(client, small));
  }
  client.close();
  await server.stop();
  return { thousands: first - later, one: median(single) };
}

function render(
  rows: Row[],
  memory: { floor: number; certgate: number; policies: number },
  fresh: { thousands: number; one: number } | null,
) {
  const first = rows.find((row) => row.gateways === 100)!;
  const last = rows.find((row) => row.gateways === 3000)!;
  const perHost = (row: Row) => row.unchanged / row.gateways;
  const table = [
    "| Gateways | hosts | snapshot, MB | floor, ms | unchanged, ms | ratio | 2 % bad, ms | ratio | all mutations on, ms | ratio | answer, MB |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((row) =>
      `| ${row.gateways} | ${row.gateways * HOSTS_PER_GATEWAY} | ${row.megabytes.toFixed(1)} | ${
        row.floor.toFixed(1)
      } | ` +
      `${row.unchanged.toFixed(1)} | ${row.unchangedRatio.toFixed(2)} | ${row.bad.toFixed(1)} | ${
        row.badRatio.toFixed(2)
      } | ${row.all.toFixed(1)} | ${row.allRatio.toFixed(2)} | ${row.allMegabytes.toFixed(1)} |`
    ),
  ];
  const notes = [
    `- Time per host of an unchanged answer, 3,000 Gateways against 100: ${
      (perHost(last) / perHost(first)).toFixed(2)
    }.`,
    `- Peak resident memory after ten answers to 1,000 Gateways: ${memory.certgate.toFixed(0)} MiB (floor ${
      memory.floor.toFixed(0)
    } MiB); with all mutations on ${memory.policies.toFixed(0)} MiB.`,
    fresh === null
      ? "- New pairs: not measured, there is no Envoy binary here."
      : `- 3,000 pairs never seen before, Envoy's confirmation included: ${
        (fresh.thousands / 1000).toFixed(2)
      } s; one new pair: ${fresh.one.toFixed(0)} ms.`,
  ];
  return [...table, "", ...notes].join("\n");
}

if (import.meta.main) {
  const dir = await Deno.makeTempDir();
  try {
    const pairs = await makePairs(SIZES.at(-1)! * HOSTS_PER_GATEWAY + 10, Date.now());
    console.error(`made ${pairs.length} pairs`);
    const rows = await compareSizes(dir, pairs);
    const thousand = [makeSnapshot(1000, pairs, 0), makeSnapshot(1000, pairs, ONE_IN_FIFTY)];
    const memory = {
      floor: await measureMemory(dir, startFloor, thousand),
      certgate: await measureMemory(dir, (dir) => startCertgate(dir, "none"), thousand),
      policies: await measureMemory(dir, (dir) => startWithPolicies(dir, 1000, pairs), thousand),
    };
    const envoy = toolPath("envoy");
    const text = render(rows, memory, envoy ? await measureNew(dir, pairs, envoy) : null);
    console.log(text);
    if (Deno.args.includes("--write")) await writeFigures("hook", text);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
