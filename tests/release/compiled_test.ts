import assert from "node:assert/strict";
import { join } from "node:path";
import { neededGlibc } from "../../release/needed_glibc.ts";
import { makePairFiles, tempRoot, writePair } from "../fakes/pair_files.ts";
import { toolPath } from "../setup/tools.ts";
import { compiled, compiler, runIn, type Start } from "./_built.ts";
import { exercise } from "./_exercise.ts";

const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url).pathname;
const ignore = toolPath("denort") === null || compiler() === null && toolPath("deno-old") === null;

// One binary for the whole file: nothing here changes it.
let start: Promise<Start> | undefined;
const build = Deno.makeTempDirSync();
const binary = () => start ??= compiled(build);
Deno.test.afterAll(() => Deno.removeSync(build, { recursive: true }));

Deno.test("compile() makes a binary that knows its version", { ignore }, async () => {
  using root = tempRoot();
  const { code, stdout, stderr } = await runIn(root.path, await binary(), ["version"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^certgate \d+\.\d+\.\d+ \(revision 0123456789ab, deno /);
});

Deno.test(
  "compile() makes a binary that needs no newer C library than install.sh asks for",
  { ignore },
  async () => {
    const script = await Deno.readTextFile(new URL("../../install.sh", import.meta.url));
    const [, allowed] = /^NEEDS_GLIBC=2\.(\d+)$/m.exec(script)!;
    const [path] = await binary();
    const [, needed] = neededGlibc(await Deno.readFile(path)).split(".");
    assert(Number(needed) <= Number(allowed), `2.${needed} is newer than 2.${allowed}`);
  },
);

Deno.test("compile() makes a binary whose commands have everything they need", { ignore }, async () => {
  using root = tempRoot();
  const run = async (...args: string[]) => await runIn(root.path, await binary(), args);
  for (const name of ["a", "b"]) {
    await Deno.mkdir(join(root.path, name));
    writePair(join(root.path, name), await makePairFiles(`${name}.example.com`));
  }
  const good = await run("check", "*", "--envoy", "none", "-o", "json");
  assert.deepEqual([good.code, good.stderr], [0, ""]);
  await Deno.copyFile(join(root.path, "a/tls.key"), join(root.path, "b/tls.key"));
  const bad = await run("check", "a", "b", "--envoy", "none");
  assert.equal(bad.code, 1);
  assert.match(bad.stdout, /key_mismatch|KeyMismatch/);
  const replayed = await run("replay", CAPTURE, "--envoy", "none", "--diff", "--out", "answer.pb");
  assert.deepEqual([replayed.code, replayed.stderr], [0, ""]);
  assert((await Deno.stat(join(root.path, "answer.pb"))).size > 10_000);
  assert.match((await run("rules")).stdout, /alert: /);
  await Deno.writeTextFile(join(root.path, "c.yaml"), "onDrak: wildcard\n");
  const typo = await run("config", "check", "c.yaml");
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /did you mean "onDark"\?/);
});

Deno.test(
  "compile() makes a binary that makes and replaces certificates of Envoy Gateway",
  { ignore },
  async () => {
    using root = tempRoot();
    const run = async (...args: string[]) =>
      await runIn(root.path, await binary(), ["certgen", "--config-home", "eg", ...args, "-o", "json"]);
    const fingerprints = async () => {
      const { code, stdout, stderr } = await runIn(root.path, await binary(), [
        "bundle",
        "eg/certs/envoy/ca.crt",
        "-o",
        "json",
      ]);
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const made = await run();
    assert.equal(made.code, 0, made.stderr);
    const first = await fingerprints();
    const replaced = await run("--overwrite", "--force");
    assert.equal(replaced.code, 0, replaced.stderr);
    assert.notEqual(await fingerprints(), first);
  },
);

// The hook listens on TCP here: base runtimes before 2.7.14 cannot serve HTTP/2 on a Unix socket.
Deno.test("compile() makes a binary that serves as an agent", { ignore }, async () => {
  using root = tempRoot();
  await exercise(root.path, await binary(), "tcp://127.0.0.1:0");
});
