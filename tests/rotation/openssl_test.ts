import assert from "node:assert/strict";
import { join } from "node:path";
import { createTree, overwrite, PAIR_FOLDERS, readTree, stagedRotation } from "../../lib/rotation/mod.ts";
import { assertOutcome, inHome, picture, TestClock } from "./_trees.ts";

const OPENSSL = "/usr/bin/openssl";
const ignore = await Deno.stat(OPENSSL).then(() => false, () => true);

async function openssl(...args: string[]): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(OPENSSL, { args }).output();
  return { code, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/** Copies what peers of a generation have: whoever read it last holds on to that. */
async function keep(home: string, name: string): Promise<string> {
  const directory = join(home, name);
  for (const [path, content] of (await readTree(home)).files) {
    await Deno.mkdir(join(directory, path, ".."), { recursive: true });
    await Deno.writeFile(join(directory, path), content instanceof Uint8Array ? content : content.open());
  }
  return directory;
}

/** Which generations' leaves openssl verifies with a generation's bundle: a row of 1 and 0. */
async function row(generation: string, generations: readonly string[]): Promise<string> {
  const bundles = await Promise.all(
    PAIR_FOLDERS.map((folder) => Deno.readTextFile(`${generation}/${folder}/ca.crt`)),
  );
  assert.equal(new Set(bundles).size, 1, "every folder has the same bundle");
  const leavesOf = (other: string) => PAIR_FOLDERS.map((folder) => `${other}/${folder}/tls.crt`);
  const leaves = generations.flatMap(leavesOf);
  const { text } = await openssl("verify", "-CAfile", `${generation}/envoy/ca.crt`, ...leaves);
  return generations.map((other) => {
    const accepted = leavesOf(other).filter((leaf) => text.includes(`${leaf}: OK`)).length;
    assert(accepted === 0 || accepted === PAIR_FOLDERS.length, text);
    return accepted > 0 ? "1" : "0";
  }).join("");
}

/** Options with the real time, which openssl goes by. */
function optionsNow(configHome: string) {
  const clock = new TestClock();
  clock.now = Date.now();
  return { clock, options: { configHome, clock: clock.read, sleep: clock.sleep } };
}

Deno.test({
  name: "openssl verifies leaves of old and new against bundles of old and new as the rule says",
  ignore,
  fn: () =>
    inHome(async (home) => {
      const { clock, options } = optionsNow(home);
      assertOutcome(await createTree({ ...options, key: "rsa" }), "created");
      const generations = [await keep(home, "first")];
      for (const [name, key] of [["second", "ecdsa"], ["third", "rsa"]] as const) {
        clock.now += 65_000;
        assertOutcome(await overwrite({ ...options, key }), "rotated");
        generations.push(await keep(home, name));
      }
      clock.now += 65_000;
      let between = "";
      assertOutcome(
        await stagedRotation({
          ...options,
          at: async (point) => {
            if (point === "after links" && between === "") between = await keep(home, "between");
          },
        }),
        "rotated",
      );
      const leaves = [...generations, await keep(home, "fourth")];
      const bundles = [...generations, between, leaves[3]];
      const matrix: string[] = [];
      for (const bundle of bundles) matrix.push(await row(bundle, leaves));
      assert.deepEqual(matrix, [
        "1000", // Who still has the first trust refuses what is new: the reason for stages.
        "1100",
        "0110", // The third removed the first.
        "0011", // Between the stages both are accepted, and the leaves are still those before.
        "0011",
      ]);
    }),
});

Deno.test({
  name: "openssl sees the names, the usages, and serial numbers of 128 bits, none of them twice",
  ignore,
  fn: () =>
    inHome(async (home) => {
      const { options } = optionsNow(home);
      assertOutcome(await createTree({ ...options, namespace: "edge", key: "rsa" }), "created");
      const serials = new Set<string>();
      for (const file of ["envoy/ca.crt", ...PAIR_FOLDERS.map((folder) => `${folder}/tls.crt`)]) {
        const path = join(home, "certs", file);
        const { text } = await openssl("x509", "-in", path, "-noout", "-text", "-serial");
        const [, serial] = /^serial=([0-9A-F]+)$/m.exec(text)!;
        assert.equal(serial.length, 32);
        serials.add(serial);
        if (file === "envoy/ca.crt") {
          assert.match(text, /CA:TRUE/);
          continue;
        }
        assert.match(text, /Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment/);
        assert.match(text, /Authority Key Identifier/);
        const names = /DNS:.*$/m.exec(text)![0];
        assert.equal(
          names,
          file.startsWith("envoy-gateway/")
            ? "DNS:envoy-gateway, DNS:envoy-gateway.edge, DNS:envoy-gateway.edge.svc, " +
              "DNS:envoy-gateway.edge.svc.cluster.local, DNS:localhost"
            : "DNS:*.edge, DNS:localhost",
        );
      }
      assert.equal(serials.size, 4);
    }),
});

Deno.test("every file has mode 0600 and every directory 0700, under any umask", async () => {
  for (const umask of [0o000, 0o022, 0o277]) {
    await inHome(async (home) => {
      const options = { configHome: join(home, "config"), clock: Date.now, sleep: () => Promise.resolve() };
      const before = Deno.umask(umask);
      try {
        assertOutcome(await createTree(options), "created");
        assertOutcome(await overwrite({ ...options, force: true }), "rotated");
      } finally {
        Deno.umask(before);
      }
      for (const [path, what] of await picture(join(home, "config"))) {
        assert.match(what, /^(-> |directory 700$|600 )/, `${path} with umask ${umask.toString(8)}`);
      }
    });
  }
});
