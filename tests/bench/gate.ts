/**
 * `deno task bench:gate`: the gate with 1,000 hosts on disk: start to ready, idle CPU and memory, and the time from a
 * swapped volume to the file that Envoy Gateway reads.
 *
 * `--write` puts the figures and the machine into docs/performance.md.
 */
import { toolPath } from "../setup/tools.ts";
import { writeFigures } from "./_docs.ts";
import { type BenchPair, makePairs } from "./_pairs.ts";
import { startCertgate } from "./_server.ts";
import { Volumes } from "./_volumes.ts";

const HOSTS = 1000;
const SWAPS = { events: 60, polling: 25 };
const IDLE_SECONDS = 30;
// The runtime gives back what the start has taken; that is over by then.
const WARM_UP_SECONDS = 45;
const PATIENCE = 20_000;

const at = (sorted: readonly number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];

/** Milliseconds until the file that Envoy Gateway reads has the pair in it. */
async function untilPublished(output: string, pair: BenchPair): Promise<number> {
  const started = performance.now();
  const wanted = pair.certificate.toBase64().slice(-200, -100);
  let seen = 0;
  while (performance.now() - started < PATIENCE) {
    const { mtime, size } = await Deno.stat(`${output}/certgate.yaml`);
    const signature = (mtime?.getTime() ?? 0) + size;
    if (signature !== seen) {
      seen = signature;
      if ((await Deno.readTextFile(`${output}/certgate.yaml`)).includes(wanted)) {
        return performance.now() - started;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Nothing was published within ${PATIENCE} ms`);
}

async function measureSwaps(
  volumes: Volumes,
  hosts: readonly BenchPair[],
  renewals: readonly BenchPair[],
): Promise<number[]> {
  const times: number[] = [];
  for (const [index, renewal] of renewals.entries()) {
    // At no fixed beat, so that polling is met at every phase.
    await new Promise((resolve) => setTimeout(resolve, 1100 + 137 * (index % 13)));
    await volumes.swap(hosts[(index * 37) % hosts.length].hostname, renewal);
    times.push(await untilPublished(volumes.output, renewal));
  }
  return times.sort((a, b) => a - b);
}

async function measure(dir: string, envoy: string): Promise<string[]> {
  const total = HOSTS + SWAPS.events + SWAPS.polling;
  const pairs = await makePairs(total, Date.now());
  const hosts = pairs.slice(0, HOSTS);
  const renewals = pairs.slice(HOSTS);
  const volumes = new Volumes(dir);
  await volumes.make(hosts);
  console.error(`made ${HOSTS} volumes`);
  const start = async (events: boolean) => {
    const started = performance.now();
    const server = await startCertgate(dir, envoy, volumes.config(events));
    return { server, ms: performance.now() - started };
  };
  const cold = await start(true);
  await cold.server.stop();
  const warm = await start(true);
  console.error("started twice");
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_SECONDS * 1000));
  const before = await warm.server.usage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  const after = await warm.server.usage();
  const idle = (after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS;
  console.error("was idle");
  const withEvents = await measureSwaps(volumes, hosts, renewals.slice(0, SWAPS.events));
  await warm.server.stop();
  const polled = await start(false);
  const withoutEvents = await measureSwaps(volumes, hosts, renewals.slice(SWAPS.events));
  await polled.server.stop();
  const swaps = (times: readonly number[]) =>
    `p50 ${at(times, 0.5).toFixed(0)} ms, p99 ${at(times, 0.99).toFixed(0)} ms of ${times.length} swaps`;
  return [
    `- Start of the process to ready with ${HOSTS} pairs${
      envoy === "none" ? "" : ", Envoy's confirmation included"
    }: ` +
    `${(cold.ms / 1000).toFixed(2)} s the first time, ${(warm.ms / 1000).toFixed(2)} s with known verdicts.`,
    `- Idle with ${HOSTS} pairs and a poll every 2 s, ${WARM_UP_SECONDS} s after the start: ${
      (idle * 100).toFixed(1)
    } % of one core, ` +
    `${after.mib.toFixed(0)} MiB resident.`,
    `- Volume swapped to published, with events: ${swaps(withEvents)}.`,
    `- The same by polling alone: ${swaps(withoutEvents)}.`,
  ];
}

if (import.meta.main) {
  const dir = await Deno.makeTempDir();
  try {
    const text = (await measure(dir, toolPath("envoy") ?? "none")).join("\n");
    console.log(text);
    if (Deno.args.includes("--write")) await writeFigures("gate", text);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}
