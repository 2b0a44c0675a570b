/**
 * What sources cost while nothing changes.
 *
 * Usage: deno run -A tests/sources/measure_idle.ts [kubelet|folders|files] [pairs, 1000] [seconds, 60]
 *
 * The first half minute after a start is left out: the runtime gives memory back then.
 */
import process from "node:process";
import { openTestSources } from "../fakes/open_test_sources.ts";
import { makePair, makePairFiles, swapVolume, tempRoot } from "../fakes/pair_files.ts";

const [kind = "kubelet", pairs = "1000", seconds = "60"] = Deno.args;
const WARM_UP = 30_000;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

using root = tempRoot();
const files = await makePairFiles("a.example.com");
for (let at = 0; at < Number(pairs); at++) {
  const path = `${root.path}/h${at}`;
  if (kind === "files") {
    Deno.writeFileSync(`${path}.crt`, files.certificate);
    Deno.writeFileSync(`${path}.key`, files.key);
  } else if (kind === "folders") makePair(path, files);
  else {
    Deno.mkdirSync(path);
    swapVolume(path, files, 1);
  }
}
const watch = { pollInterval: 2000, settle: 1000, absenceGrace: 3000, staleGrace: 30_000 };
await using sources = openTestSources([`${root.path}/*`], { watch });
const opened = performance.now();
await sources.first;
console.log(`first look: ${Math.round(performance.now() - opened)} ms, ${sources.sightings().size} pairs`);
await pause(WARM_UP);
const count = (name: string) => sources.counts.get(`certgate_source_${name}_total`) ?? 0;
const [looks, parses, used, began] = [count("looks"), count("parses"), process.cpuUsage(), performance.now()];
await pause(Number(seconds) * 1000);
const { user, system } = process.cpuUsage(used);
const share = (user + system) / 10 / (performance.now() - began);
console.log(
  `${kind}: ${share.toFixed(2)} % of one core, ${count("looks") - looks} looks, ` +
    `${count("parses") - parses} parses, ${Math.round(Deno.memoryUsage().rss / 1e6)} MB resident`,
);
