import assert from "node:assert/strict";
import {
  createTree,
  overwrite,
  readTree,
  type RotationOptions,
  stagedRotation,
} from "../../lib/rotation/mod.ts";
import { bytesOf, type PairFolder } from "../../lib/rotation/mod.ts";
import { assertOutcome, inHome, TestClock, treesFrom, verifies } from "./_trees.ts";

/** Somebody who reads new files only some time after they came. */
class LatePeer {
  #uses: { leaf: Uint8Array; trust: Uint8Array } | null = null;
  #reads: { at: number; leaf: Uint8Array; trust: Uint8Array } | null = null;

  constructor(readonly home: string, readonly folder: PairFolder, readonly late: number) {}

  async look(now: number): Promise<void> {
    const { files } = await readTree(this.home);
    const [leaf, trust] = ["tls.crt", "ca.crt"].map((name) => bytesOf(files.get(`${this.folder}/${name}`)!));
    const known = this.#reads ?? this.#uses;
    if (known === null) this.#uses = { leaf, trust };
    else if (known.leaf.join() !== leaf.join() || known.trust.join() !== trust.join()) {
      this.#reads = { at: now + this.late, leaf, trust };
    }
    if (this.#reads !== null && this.#reads.at <= now) {
      this.#uses = this.#reads;
      this.#reads = null;
    }
  }

  get leaf(): Uint8Array {
    return this.#uses!.leaf;
  }

  accepts(other: LatePeer): boolean {
    return verifies(other.leaf, this.#uses!.trust);
  }
}

/** Rotates with one peer that reads at once and one that is late, and counts the handshakes that fail, second by second. */
async function failures(
  rotate: (options: RotationOptions) => Promise<unknown>,
  late: number,
  convergence: number,
): Promise<number> {
  let failed = 0;
  await inHome(async (home) => {
    const clock = new TestClock();
    const options = {
      configHome: home,
      clock: clock.read,
      sleep: clock.sleep,
      make: treesFrom(0),
      convergence,
    };
    assertOutcome(await createTree(options), "created");
    const peers = [new LatePeer(home, "envoy-gateway", 0), new LatePeer(home, "envoy", late)];
    clock.tick = async () => {
      for (const peer of peers) await peer.look(clock.now);
      const [one, other] = peers;
      if (!one.accepts(other)) failed++;
      if (!other.accepts(one)) failed++;
    };
    await clock.tick();
    await rotate(options);
    // As long again, for those who have not read it yet.
    await clock.sleep(late + 5_000);
  });
  return failed;
}

Deno.test("stagedRotation() costs no handshake with a peer that reads 30 s late", async () => {
  assert.equal(await failures(stagedRotation, 30_000, 65_000), 0);
});

Deno.test("overwrite() costs handshakes with a peer that reads 30 s late", async () => {
  assert(await failures(overwrite, 30_000, 65_000) > 20);
});

Deno.test("stagedRotation() costs handshakes where the time to wait is too short", async () => {
  assert(await failures(stagedRotation, 30_000, 10_000) > 0);
});

Deno.test("stagedRotation() waits until peers have read it, and no longer than the time that was said", async () => {
  for (const after of [12_000, Infinity]) {
    await inHome(async (home) => {
      const clock = new TestClock();
      const said: string[] = [];
      let published = 0;
      const options: RotationOptions = {
        configHome: home,
        clock: clock.read,
        sleep: clock.sleep,
        make: treesFrom(0),
        converged: () => Promise.resolve(clock.now - published >= after),
        say: (step) => {
          if (step.kind === "published") published = clock.now;
          if (step.kind !== "waiting") said.push(step.kind);
        },
      };
      assertOutcome(await createTree(options), "created");
      const begun = clock.now;
      said.length = 0;
      assertOutcome(await stagedRotation(options), "rotated");
      const wait = after === Infinity ? "unconverged" : "converged";
      assert.deepEqual(said, ["published", wait, "published", wait, "dependents"]);
      // The last second is the one before the generation in between is removed.
      assert.equal(clock.now - begun, 2 * Math.min(after, 65_000) + 1_000);
    });
  }
});

Deno.test("stagedRotation() that was interrupted waits only for what is left of the time", async () => {
  await inHome(async (home) => {
    const clock = new TestClock();
    const options = { configHome: home, clock: clock.read, sleep: clock.sleep, make: treesFrom(0) };
    assertOutcome(await createTree(options), "created");
    const ends = new AbortController();
    const begun = clock.now;
    clock.tick = () => clock.now - begun >= 40_000 ? ends.abort() : undefined;
    assertOutcome(await stagedRotation({ ...options, signal: ends.signal }), "interrupted");
    clock.tick = () => {};
    assertOutcome(await stagedRotation(options), "finished");
    assert.equal(clock.now - begun, 2 * 65_000 + 1_000);
  });
});

Deno.test("stagedRotation() whose dependents fail is finished by the next run, without another authority", async () => {
  await inHome(async (home) => {
    const { read, sleep } = new TestClock();
    const options = { configHome: home, clock: read, sleep, make: treesFrom(0) };
    assertOutcome(await createTree(options), "created");
    const asked: string[] = [];
    const dependents = (fingerprint: string) => {
      if (asked.push(fingerprint) === 1) throw new Error("it does not start");
      return Promise.resolve();
    };
    const failed = await stagedRotation({ ...options, dependents });
    assertOutcome(failed, "failed");
    assert.match(failed.message, /it does not start/);
    assertOutcome(await createTree({ ...options, dependents }), "finished");
    const { authority } = await readTree(home);
    assert.deepEqual(asked, [authority!.fingerprint, authority!.fingerprint]);
  });
});
