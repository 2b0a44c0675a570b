/**
 * What the tests of this folder demand of traffic and of Envoy, in one place so that each test demands the same.
 */
import assert from "node:assert/strict";
import {
  type Answer,
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  type Hole,
  type Samples,
  type TestPair,
  total,
  until,
} from "./harness/mod.ts";

/** Host names `PREFIX0.example.com` and so on. */
export function hosts(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}.example.com`);
}

/** One bad pair per hole, the host named after the hole. */
export async function badPairs(bed: Bed, holes: readonly Hole[]): Promise<TestPair[]> {
  return await Promise.all(holes.map((hole) => bed.authority.issue(`${hole}.example.com`, hole)));
}

/** Whether an answer is 200 with exactly this pair's certificate. */
export function servedWith(answer: Answer, pair: TestPair): boolean {
  return answer.kind === "answered" && answer.status === 200 && answer.serial === pair.serial &&
    answer.body.includes(pair.host);
}

/** How many of the pairs are served now: 200, over TLS with the certificate of that very pair. */
export async function countServed(bed: Bed, port: number, pairs: readonly TestPair[]): Promise<number> {
  const answers = await bed.ask(port, pairs.map(({ host }) => host));
  return answers.filter((answer, index) => servedWith(answer, pairs[index])).length;
}

/**
 * Waits until every pair is served at the same time.
 *
 * @returns Milliseconds until then.
 */
export async function everyServed(
  bed: Bed,
  port: number,
  pairs: readonly TestPair[],
  within = 30_000,
): Promise<number> {
  let served = 0;
  const { ms } = await until(`all ${pairs.length} hosts on port ${port} answer 200`, async () => {
    served = await countServed(bed, port, pairs);
    if (served < pairs.length) throw new Error(`${served} of ${pairs.length}`);
    return true;
  }, { within, every: 100 });
  return ms;
}

/**
 * A promise in milliseconds, as it stands for a machine that has its cores to itself: where more wants to run than
 * there are cores, everything takes longer in proportion, and that is nobody's broken promise.
 */
export function promised(ms: number): number {
  return Math.round(ms * Math.max(1, Deno.loadavg()[0] / navigator.hardwareConcurrency));
}

/** Demands that no pair's host gets an answer or any certificate, least of all a neighbour's. */
export async function expectDark(bed: Bed, port: number, pairs: readonly TestPair[]): Promise<void> {
  const answers = await bed.ask(port, pairs.map(({ host }) => host));
  for (const [index, answer] of answers.entries()) {
    assert.equal(answer.kind, "refused", `${pairs[index].host}: ${JSON.stringify(answer)}`);
    assert.equal(
      answer.kind === "refused" && answer.serial,
      null,
      `${pairs[index].host} was shown a certificate`,
    );
  }
}

/** Demands that Envoy refused nothing since its start, waits for nothing, and holds the good pairs only. */
export async function expectNothingRefused(
  envoy: EnvoyAdmin,
  good: readonly TestPair[],
  bad: readonly TestPair[],
): Promise<void> {
  // An update that is on its way waits for a moment; what waits for something that never comes waits for ever.
  await until("Envoy waits for nothing", async () => {
    const { warming } = await envoy.refusals();
    const secrets = (await envoy.secretNames()).warming;
    if (warming === 0 && secrets.length === 0) return true;
    throw new Error(`${warming} listeners, secrets ${JSON.stringify(secrets)}`);
  }, { within: promised(5000) });
  assert.deepEqual((await envoy.refusals()).rejected, {});
  const serials = await envoy.serials();
  for (const pair of good) assert.ok(serials.has(pair.serial), `Envoy holds the pair of ${pair.host}`);
  for (const pair of bad) {
    assert.ok(!serials.has(pair.serial), `Envoy does not hold the pair of ${pair.host}`);
  }
}

/**
 * Waits until an Envoy has answered for each of the secrets, with yes or no, and nothing has moved for two seconds.
 *
 * Without that, hosts that are merely not up yet would look like harm.
 */
export async function settled(envoy: EnvoyAdmin, pairs: readonly TestPair[]): Promise<void> {
  let before = "";
  let since = performance.now();
  await until("Envoy has answered for every secret and is at rest", async () => {
    const stats = await envoy.stats("^sds\\.default/.*(update_success|update_rejected|update_attempt)$");
    const now = JSON.stringify(stats);
    if (now !== before) {
      before = now;
      since = performance.now();
    }
    const decided = Object.entries(stats).filter(([name, value]) => value > 0 && !name.endsWith("attempt"))
      .map(([name]) => name.slice(0, name.lastIndexOf(".")));
    return new Set(decided).size >= pairs.length && performance.now() - since > 2000;
  }, { within: 40_000, every: 100 });
}

/**
 * Demands that certgate counts exactly these pairs as withheld, and that nothing went wrong inside it.
 *
 * @returns The samples, for what else a test wants of them.
 */
export async function expectWithheld(certgate: Certgate, bad: readonly TestPair[]): Promise<Samples> {
  const metrics = await certgate.metrics();
  assert.equal(total(metrics, "certgate_tls_pruned_chains_active"), bad.length);
  assert.equal(total(metrics, "certgate_tls_withheld_hostnames_active"), bad.length);
  assert.ok(total(metrics, "certgate_tls_pruned_chains_total") >= bad.length);
  assert.ok(total(metrics, "certgate_tls_pruned_secrets_total") >= bad.length);
  assert.ok(total(metrics, "certgate_hook_calls_total", { hook: "PostTranslateModify" }) >= 1);
  assert.equal(total(metrics, "certgate_envoy_binary"), 1);
  for (
    const family of [
      "certgate_verdict_overruled_total",
      "certgate_hook_incomplete_input",
      "certgate_hook_panics_total",
      "certgate_hook_deadline_exceeded_total",
      "certgate_mutation_reverted_total",
      "certgate_snapshot_malformed_total",
      "certgate_tls_listeners_left_intact_active",
    ]
  ) assert.equal(total(metrics, family), 0, family);
  return metrics;
}
