/**
 * `deno task bench:sds`: a renewal from the rename of its volume to the certificate in a new connection, straight to Envoy and
 * through Envoy Gateway, with the real ones; and renewals in a row under load.
 *
 * `--write` puts the figures and the machine into docs/performance.md; `--only=NAME,…` measures only some of `sds-10`,
 * `sds-1000`, `sds-3000`, `gateway-10`, `gateway-1000` and `storm`.
 */
import { onBed } from "../e2e/harness/mod.ts";
import type { DeliveryWay } from "../../lib/model/mod.ts";
import { type Counters, DeliveryScene } from "./_delivery_scene.ts";
import { writeFigures } from "./_docs.ts";

interface Row {
  readonly delivery: DeliveryWay;
  readonly hosts: number;
  readonly renewals: number;
}

const ROWS: readonly Row[] = [
  { delivery: "sds", hosts: 10, renewals: 100 },
  { delivery: "sds", hosts: 1000, renewals: 40 },
  { delivery: "sds", hosts: 3000, renewals: 20 },
  { delivery: "gateway", hosts: 10, renewals: 40 },
  { delivery: "gateway", hosts: 1000, renewals: 10 },
];
const STORM = { hosts: 1000, renewals: 1000 };
/** The row in which certgate itself is measured. */
const MOST = 3000;
const IDLE_SECONDS = 30;

const WORDS = { sds: "straight to Envoy", gateway: "through Envoy Gateway" } as const;

const at = (times: readonly number[], share: number) => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
};
const seconds = (ms: number) => (ms / 1000).toFixed(ms < 10_000 ? 2 : 1);
const say = (words: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${words}`);

/** At no fixed beat, so that polling is met at every phase. */
const pause = (turn: number) => 500 + 97 * (turn % 13);

function expectStill(before: Counters, after: Counters): void {
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  throw new Error(`Envoy Gateway had work: ${JSON.stringify(before)}, then ${JSON.stringify(after)}`);
}

/** Runs a scene; where pairs go straight to Envoy, Envoy Gateway must have nothing to do in it. */
async function inScene<T>(
  { hosts, delivery }: Pick<Row, "hosts" | "delivery">,
  body: (scene: DeliveryScene) => Promise<T>,
): Promise<T> {
  let result: T | undefined;
  await onBed({ merge: true, gate: {} }, async (bed) => {
    const scene = await DeliveryScene.start(bed, hosts, delivery);
    say(`${WORDS[delivery]}, ${hosts} hosts: served after ${seconds(scene.startMs)} s`);
    await scene.rest();
    const before = await scene.counters();
    result = await body(scene);
    if (delivery === "sds") expectStill(before, await scene.counters());
    await scene.expectSound();
  });
  return result!;
}

async function measureRow(row: Row): Promise<string[]> {
  return await inScene(row, async (scene) => {
    const used = await scene.usage();
    const times = await scene.renew(row.renewals, pause);
    const cpu = ((await scene.usage()).cpuSeconds - used.cpuSeconds) / row.renewals;
    const figures = [scene.startMs, at(times, 0.5), at(times, 0.99), Math.max(...times)].map(seconds);
    say(`p50, p99, max: ${figures.slice(1).join(", ")} s; ${cpu.toFixed(2)} s of CPU for each`);
    const line = `| ${[WORDS[row.delivery], row.hosts, ...figures, row.renewals].join(" | ")} |`;
    return row.delivery === "sds" && row.hosts === MOST ? [line, await ofCertgate(scene, cpu)] : [line];
  });
}

async function ofCertgate(scene: DeliveryScene, cpu: number): Promise<string> {
  const before = await scene.usage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  const { cpuSeconds, mib } = await scene.usage();
  const share = ((cpuSeconds - before.cpuSeconds) / IDLE_SECONDS * 100).toFixed(1);
  return `- certgate with ${MOST} open streams: ${
    mib.toFixed(0)
  } MiB resident, ${share} % of one core while nothing happens, ` +
    `${cpu.toFixed(2)} s of CPU for a renewal with everything that follows it.`;
}

async function measureStorm(): Promise<string> {
  const { times, requests, failures } = await inScene(
    { ...STORM, delivery: "sds" },
    (scene) => scene.storm(STORM.renewals),
  );
  for (const failure of failures.slice(0, 10)) say(failure);
  return `- ${STORM.renewals} renewals in a row, of ${STORM.hosts} hosts under load (HTTP/1.1 and HTTP/2 on kept connections, and new ones): ` +
    `${failures.length} of ${requests} requests failed; p50 ${seconds(at(times, 0.5))} s, ` +
    `p99 ${seconds(at(times, 0.99))} s, max ${seconds(Math.max(...times))} s.`;
}

if (import.meta.main) {
  const only = Deno.args.find((arg) => arg.startsWith("--only="))?.slice(7).split(",");
  const wanted = (name: string) => only?.includes(name) ?? true;
  const lines: string[] = [];
  const notes: string[] = [];
  for (const row of ROWS) {
    if (!wanted(`${row.delivery}-${row.hosts}`)) continue;
    const [line, ...more] = await measureRow(row);
    lines.push(line);
    notes.push(...more);
  }
  if (wanted("storm")) notes.push(await measureStorm());
  const head = [
    "| way | hosts | start to last host served, s | renewal to served: p50, s | p99, s | max, s | renewals |",
    "| --- | ----- | ---------------------------- | ------------------------- | ------ | ------ | -------- |",
  ];
  const text = [...(lines.length > 0 ? [...head, ...lines, ""] : []), ...notes].join("\n");
  console.log(text);
  if (Deno.args.includes("--write")) await writeFigures("sds", text);
}
