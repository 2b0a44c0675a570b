/** The SDS server alone, with so many pairs, for measuring: `deno run -A tests/bench/_sds_server.ts SOCKET PAIRS`. */
import { KeyMaterial, type Log } from "../../lib/model/mod.ts";
import { openMetrics } from "../../lib/outputs/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { makeSdsResource, openSds, SdsBook } from "../../lib/server/mod.ts";

const [path, pairs] = [Deno.args[0], Number(Deno.args[1])];
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const book = new SdsBook();

/** A leaf and two more, as authorities give it. */
async function fill(): Promise<void> {
  const { certificate, key } = await makeSelfSigned({ commonName: "host", now: Date.now(), days: 1 });
  const chain = Buffer.concat([certificate, certificate, certificate]);
  const pair = { certificate: chain, key: new KeyMaterial(key.open()) };
  const names = Array.from({ length: pairs }, (_, i) => `default/host-${i}`);
  book.use(new Map(names.map((name) => [name, makeSdsResource(name, { kind: "pair", pair })])));
}

let accepted = 0;
const server = await openSds({ kind: "unix", path }, {
  book,
  log: silent,
  clock: Date.now,
  metrics: openMetrics("0", () => ({ rss: 0, cpuSeconds: 0, startSeconds: 0 })),
  events: { onRefused() {}, onAccepted: () => accepted++, onUnknown() {}, onChange() {} },
});
if (server.kind !== "open") throw new Error(server.message);
await fill();
const resident = () => Math.round(Deno.memoryUsage().rss / 1024);
const stopped = Promise.withResolvers<void>();
Deno.addSignalListener("SIGTERM", () => stopped.resolve());
// Replaces every pair, as a renewal of a whole host would.
Deno.addSignalListener("SIGUSR2", () => void fill());
console.log("ready");
const told = setInterval(() => console.log(JSON.stringify({ accepted, resident: resident() })), 200);
await stopped.promise;
clearInterval(told);
await server.close(100);
