import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommandLine } from "../../lib/cli/mod.ts";
import {
  bytesOf,
  createTree,
  HMAC_FILE,
  overwrite,
  readTree,
  stagedRotation,
} from "../../lib/rotation/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { assertOutcome, assertUsable, inHome, picture, putPlain, TestClock, treesFrom } from "./_trees.ts";

async function certgate(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

function optionsOf(home: string, first = 1) {
  const clock = new TestClock();
  return {
    clock,
    options: { configHome: home, clock: clock.read, sleep: clock.sleep, make: treesFrom(first) },
  };
}

Deno.test("certgen creates, and a second run changes nothing", async () => {
  await inHome(async (home) => {
    const first = await certgate("certgen", "--config-home", home);
    assert.equal(first.code, 0, first.err);
    await assertUsable(home, "after the first run");
    const before = await picture(home);
    const second = await certgate("certgen", "--config-home", home);
    assert.equal(second.code, 0);
    assert.match(second.out, /already present/);
    assert.deepEqual(await picture(home), before);
    assert.equal((await readTree(home)).trust.length, 1);
  });
});

Deno.test("certgen takes no empty path, and no namespace that is none", async () => {
  await inHome(async (home) => {
    for (const args of [["--config-home", ""], ["--config-home", home, "--namespace", "A B"]]) {
      const { code, err } = await certgate("certgen", ...args);
      assert.equal(code, 2);
      assert.match(err, /is invalid\. Expected/);
    }
    assert.equal((await readTree(home)).state, "absent");
  });
});

Deno.test("certgen takes a tree that Envoy Gateway made as present, and touches none of it", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    const before = await picture(home);
    const { code, out } = await certgate("certgen", "--config-home", home, "-o", "json");
    assert.equal(code, 0);
    assert.equal(JSON.parse(out).outcome, "present");
    assert.deepEqual(await picture(home), before);
  });
});

Deno.test("certgen --dry-run shows the plan and writes nothing", async () => {
  await inHome(async (home) => {
    const nothing = await certgate("certgen", "--config-home", join(home, "new"), "--dry-run");
    assert.equal(nothing.code, 0);
    assert.match(nothing.out, /1\. make an authority/);
    assert.deepEqual(await picture(home), new Map());
    await putPlain(home, 0);
    const before = await picture(home);
    for (const flag of ["--overwrite", "--staged"]) {
      const { code, out } = await certgate("certgen", "--config-home", home, "--dry-run", flag, "-o", "json");
      const plan = JSON.parse(out);
      assert.deepEqual([code, plan.decision], [0, "rotate"]);
      assert.equal(plan.carriedOver.fingerprint, (await readTree(home)).authority!.fingerprint);
      assert.equal(plan.steps.some((step: string) => /^wait/.test(step)), flag === "--staged");
    }
    assert.deepEqual(await picture(home), before);
  });
});

for (
  const [what, spoil] of [
    ["a key is missing", (home: string) => Deno.remove(join(home, "certs/envoy/tls.key"))],
    ["a folder is missing", (home: string) => Deno.remove(join(home, "certs/envoy"), { recursive: true })],
    [
      "the secret is empty",
      (home: string) => Deno.writeFile(join(home, "certs", HMAC_FILE), new Uint8Array()),
    ],
    ["a folder is of another generation", async (home: string) => {
      const other = join(home, "other");
      await putPlain(other, 1);
      for (const name of ["ca.crt", "tls.crt", "tls.key"]) {
        await Deno.copyFile(join(other, "certs/envoy", name), join(home, "certs/envoy", name));
      }
    }],
  ] as const
) {
  Deno.test(`certgen refuses a tree where ${what}, with a hint, and --overwrite makes it anew`, async () => {
    await inHome(async (home) => {
      await putPlain(home, 0);
      await spoil(home);
      const before = await picture(home);
      for (const flags of [[], ["--staged"]]) {
        const { code, err } = await certgate("certgen", "--config-home", home, ...flags);
        assert.equal(code, 3);
        assert.match(err, /error: Cannot change .*\nhint: .*--overwrite/);
      }
      assert.deepEqual(await picture(home), before);
      const { code, err } = await certgate("certgen", "--config-home", home, "--overwrite");
      assert.equal(code, 0, err);
      await assertUsable(home, "made anew");
    });
  });
}

Deno.test("certgen refuses a folder that is a link to elsewhere", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    await Deno.rename(join(home, "certs/envoy"), join(home, "elsewhere"));
    await Deno.symlink("../elsewhere", join(home, "certs/envoy"));
    const { code, err } = await certgate("certgen", "--config-home", home, "--overwrite");
    assert.equal(code, 3);
    assert.match(err, /envoy is a link/);
  });
});

Deno.test("overwrite() trusts the new authority and one before, and the third removes the first", async () => {
  await inHome(async (home) => {
    const { clock, options } = optionsOf(home, 0);
    const seen: string[] = [];
    assertOutcome(await createTree(options), "created");
    for (let rotation = 0; rotation < 4; rotation++) {
      const tree = await readTree(home);
      seen.unshift(tree.authority!.fingerprint);
      assert.deepEqual(tree.trust.map(({ fingerprint }) => fingerprint), seen.slice(0, 2));
      for (const folder of ["envoy", "envoy-rate-limit"]) {
        assert.deepEqual(tree.files.get(`${folder}/ca.crt`), tree.files.get("envoy-gateway/ca.crt"));
      }
      clock.now += 65_000;
      assertOutcome(await overwrite(options), "rotated");
    }
  });
});

Deno.test("overwrite() keeps the HMAC secret, unless it is to be made anew", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    const hmac = async () => bytesOf((await readTree(home)).files.get(HMAC_FILE)!);
    const { clock, options } = optionsOf(home);
    const before = await hmac();
    assertOutcome(await overwrite(options), "rotated");
    assert.deepEqual(await hmac(), before);
    clock.now += 65_000;
    assertOutcome(await overwrite({ ...options, rotateHmac: true }), "rotated");
    assert.notDeepEqual(await hmac(), before);
  });
});

Deno.test("overwrite() keeps a document of Envoy Gateway that names other paths, and replaces one that is cut off", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    const [trust, pair] = ["xds-trusted-ca", "xds-certificate"].map((name) =>
      join(home, "certs/envoy", `${name}.json`)
    );
    await Deno.writeTextFile(trust, '{"resources":[{"name":"/config/certs"}]}');
    await Deno.writeTextFile(pair, '{"resou');
    assertOutcome(await overwrite(optionsOf(home).options), "rotated");
    assert.match(await Deno.readTextFile(trust), /\/config\/certs/);
    assert.match(await Deno.readTextFile(pair), /xds_certificate/);
  });
});

Deno.test("overwrite() within the convergence window is refused with 3, and done with --force", async () => {
  await inHome(async (home) => {
    const run = (...flags: string[]) => certgate("certgen", "--config-home", home, "--overwrite", ...flags);
    assert.equal((await run()).code, 0);
    assert.equal((await run()).code, 0, "the first one made the tree, and this is the first rotation");
    const before = await picture(home);
    const refused = await run();
    assert.equal(refused.code, 3);
    assert.match(refused.err, /the last rotation was \d+ s ago.*\nhint: wait \d+ s, or use --force/);
    assert.deepEqual(await picture(home), before);
    assert.equal((await run("--force")).code, 0);
    const { clock, options } = optionsOf(home);
    clock.now = Date.now() + 65_001;
    assertOutcome(await overwrite(options), "rotated");
  });
});

Deno.test("certgen by two processes at once: the second one ends with 4", async () => {
  await inHome(async (home) => {
    const { options } = optionsOf(home, 0);
    let second: Awaited<ReturnType<typeof certgate>> | null = null;
    const at = async (point: string) => {
      if (point === "before swap") second ??= await certgate("certgen", "--config-home", home, "--overwrite");
    };
    assertOutcome(await createTree({ ...options, at }), "created");
    assert.equal(second!.code, 4);
    assert.match(second!.err, /error: Cannot change .*: another certgate is doing so/);
    await assertUsable(home, "after both");
  });
});

Deno.test("certgen on a full disk leaves everything as it was", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    const before = await picture(join(home, "certs/envoy"));
    const { options } = optionsOf(home);
    for (const run of [overwrite, stagedRotation]) {
      for (const point of ["half a generation", "before journal", "before swap"]) {
        let full = true;
        const at = (now: string) => {
          if (now === point && full) {
            throw new Error(`${full = false}: No space left on device (os error 28)`);
          }
        };
        const result = await run({ ...options, at });
        assertOutcome(result, "failed");
        assert.match(result.message, /No space left on device/);
        const { authority } = await readTree(home);
        assert.equal(authority!.fingerprint, (await treesFrom(0)({} as never, {} as never)).fingerprint);
        const after = [...(await picture(join(home, "certs"))).keys()];
        const target = await Deno.readLink(join(home, "certs/..data")).catch(() => "none");
        const strangers = after.filter((path) => /^\.\.\d|tmp$/.test(path) && !path.startsWith(target));
        assert.deepEqual(strangers, []);
        if (target === "none") assert.deepEqual(await picture(join(home, "certs/envoy")), before);
      }
    }
    assertOutcome(await overwrite(options), "rotated");
  });
});

Deno.test("a staged rotation that waits: certgen says so, --overwrite wants --force, --staged goes on", async () => {
  await inHome(async (home) => {
    await putPlain(home, 0);
    const { options } = optionsOf(home);
    const ends = new AbortController();
    const sleep = () => Promise.resolve(ends.abort());
    assertOutcome(await stagedRotation({ ...options, sleep, signal: ends.signal }), "interrupted");
    await assertUsable(home, "while it waits");
    assert.equal((await readTree(home)).trust.length, 2);
    const waits = await certgate("certgen", "--config-home", home);
    assert.equal(waits.code, 0);
    assert.match(waits.out, /a staged rotation waits to be finished/);
    const refused = await certgate("certgen", "--config-home", home, "--overwrite");
    assert.equal(refused.code, 3);
    assert.match(refused.err, /a staged rotation is under way\nhint: .*--staged.*--force/);
    const done = await certgate("certgen", "--config-home", home, "--staged", "--convergence", "100ms");
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /as an earlier run had begun/);
    assert.match(done.err, /published: new leaves/);
  });
});
