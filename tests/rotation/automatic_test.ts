import assert from "node:assert/strict";
import { join } from "node:path";
import { createTree, isOwnRotation, readTree, rotationUnderWay } from "../../lib/rotation/mod.ts";
import { Certgate, freePort, total, until } from "../e2e/harness/mod.ts";
import { Program } from "../e2e/harness/process.ts";
import { HookClient } from "../fakes/hook_client.ts";
import { assertOutcome, assertUsable, inHome } from "./_trees.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const DAY = 86_400_000;
const SOON = { within: 40_000 };

/** A tree of a week whose moment came a day ago; returns the fingerprint of its authority. */
async function makeOldTree(configHome: string): Promise<string> {
  const clock = () => Date.now() - 6 * DAY;
  const made = await createTree({ configHome, clock, sleep: () => Promise.resolve(), lifetime: 7 * DAY });
  assertOutcome(made, "created");
  return made.fingerprint!;
}

async function startCertgate(home: string, rotation: Record<string, unknown>): Promise<Certgate> {
  const http = `127.0.0.1:${freePort()}`;
  const file = join(home, "certgate.yaml");
  const config = {
    hook: { listen: `unix://${home}/hook.sock` },
    http: { listen: http },
    stateDir: join(home, "state"),
    envoy: { path: "none" },
    rotation: { configHome: home, lifetimeDays: 7, ...rotation },
  };
  await Deno.writeTextFile(file, JSON.stringify(config));
  const program = new Program(Deno.execPath(), {
    args: ["run", "-A", MAIN, "run", "--config", file],
    log: join(home, "certgate.log"),
  });
  const certgate = Certgate.of(program, http, file);
  await certgate.ready();
  return certgate;
}

/** Calls the hook again and again; says how often it answered and how long the longest answer took. */
function callHook(home: string) {
  const client = new HookClient(`unix:${home}/hook.sock`);
  let [calls, longest, stopped] = [0, 0, false];
  const done = (async () => {
    while (!stopped) {
      const begun = performance.now();
      await client.call("PostTranslateModify", new Uint8Array(0));
      longest = Math.max(longest, performance.now() - begun);
      calls++;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    stopped = true;
    await done;
    client.close();
    return { calls, longest };
  };
}

Deno.test("certgate run rotates a tree that is past its moment while the hook answers", async () => {
  await inHome(async (home) => {
    const old = await makeOldTree(home);
    const certgate = await startCertgate(home, { automatic: true, convergence: 1000 });
    const calls = callHook(home);
    try {
      const { value: controlPlane } = await until("the tree is rotated", async () => {
        const { controlPlane } = await certgate.status();
        const done = controlPlane?.rotatedAt !== null && controlPlane?.underWay === null;
        return done ? controlPlane : null;
      }, SOON);
      await assertUsable(home, "after the rotation");
      const { authority, trust } = await readTree(home);
      assert.notEqual(authority!.fingerprint, old);
      assert.equal(controlPlane.authority?.fingerprint, authority!.fingerprint);
      assert.deepEqual(trust.map(({ fingerprint }) => fingerprint), [authority!.fingerprint, old]);
      assert.equal(
        (authority!.notAfter - authority!.notBefore + 1000) / DAY,
        8,
        "a week, and a day before it",
      );
      // The generation before is removed after it, and then the attempt has ended.
      const rotated = { mode: "staged", outcome: "rotated" };
      const { value: metrics } = await until("it is counted", async () => {
        const metrics = await certgate.metrics();
        return total(metrics, "certgate_rotations_total", rotated) === 1 ? metrics : null;
      }, SOON);
      assert.equal(total(metrics, "certgate_rotations_total"), 1);
      assert(total(metrics, "certgate_rotation_due_timestamp_seconds") * 1000 > Date.now());
      assert.equal(
        total(metrics, "certgate_control_plane_ca_expiry_timestamp_seconds"),
        authority!.notAfter / 1000,
      );
      assert.equal(await isOwnRotation(join(home, "state"), home), false);
    } finally {
      const { calls: answered, longest } = await calls();
      await certgate.stop();
      // Within the deadline of a call, on a machine that does much else at the same time.
      assert(answered > 20 && longest < 10_000, `${answered} answers, the longest after ${longest} ms`);
    }
  });
});

Deno.test("certgate run goes on with what a killed one has begun, and ends at once when it waits", async () => {
  await inHome(async (home) => {
    const old = await makeOldTree(home);
    const begun = () =>
      until("the trust is out", async () => (await rotationUnderWay(home))?.publishedAt, SOON);
    const killed = await startCertgate(home, { automatic: true, convergence: 600_000 });
    await begun();
    await killed.kill();
    const { fingerprint } = (await rotationUnderWay(home))!;
    // It has ten minutes to wait, and is told to stop meanwhile.
    const stopped = await startCertgate(home, { convergence: 600_000 });
    await until("it goes on", async () => (await stopped.status()).controlPlane?.underWay?.own, SOON);
    const before = performance.now();
    await stopped.stop();
    assert(performance.now() - before < 60_000);
    assert.equal((await rotationUnderWay(home))?.fingerprint, fingerprint);
    const last = await startCertgate(home, { convergence: 1000 });
    try {
      await until("the rotation is finished", async () => await rotationUnderWay(home) === null, SOON);
      const { authority } = await readTree(home);
      assert.equal(authority!.fingerprint, fingerprint);
      assert.notEqual(fingerprint, old);
      await until("it is counted", async () => {
        const metrics = await last.metrics();
        return total(metrics, "certgate_rotations_total", { mode: "staged", outcome: "finished" }) === 1;
      }, SOON);
    } finally {
      await last.stop();
    }
  });
});
