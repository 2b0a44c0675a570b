import assert from "node:assert/strict";
import { join } from "node:path";
import { describeProgram } from "../../lib/cli/mod.ts";
import { completionModel } from "../../lib/cli/completion_model.ts";
import { ENVIRONMENT, FLAGS } from "../../release/permissions.ts";
import { tempRoot } from "../fakes/pair_files.ts";
import { bundled, runIn } from "./_built.ts";
import { exercise } from "./_exercise.ts";

// One bundle for the whole file: nothing here changes it.
const build = Deno.makeTempDirSync();
const { start, bundle: made } = await bundled(build);
globalThis.addEventListener("unload", () => Deno.removeSync(build, { recursive: true }));

const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url).pathname;

Deno.test("bundle() is complete: every command shows its help with the permissions of a binary", async () => {
  using root = tempRoot();
  const commands = completionModel(describeProgram()).map(({ path }) => path);
  assert(commands.length > 10);
  const left = [...commands];
  const showHelp = async () => {
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const { code, stdout, stderr } = await runIn(root.path, start, [...path, "--help"]);
      assert.deepEqual([code, stderr], [0, ""], path.join(" "));
      assert.match(stdout, /^Usage: certgate/);
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, showHelp));
});

Deno.test("bundle() knows its version and its revision", async () => {
  using root = tempRoot();
  const { stdout } = await runIn(root.path, start, ["version"]);
  assert.match(stdout, /^certgate \d+\.\d+\.\d+ \(revision 0123456789ab, deno /);
});

Deno.test("bundle() has the commands that work without an agent", async () => {
  using root = tempRoot();
  const run = (...args: string[]) => runIn(root.path, start, args);
  const replayed = await run("replay", CAPTURE, "--envoy", "none", "--diff", "--out", "answer.pb");
  assert.deepEqual([replayed.code, replayed.stderr], [0, ""]);
  assert((await Deno.stat(join(root.path, "answer.pb"))).size > 10_000);
  assert.match((await run("rules")).stdout, /alert: /);
  assert.match((await run("eg-config")).stdout, /extensionManager/);
  assert.equal(JSON.parse((await run("config", "schema")).stdout).type, "object");
  assert.match((await run("completion", "bash")).stdout, /certgate/);
  await Deno.writeTextFile(join(root.path, "c.yaml"), "onDark: wildcard\n");
  assert.equal((await run("config", "check", "c.yaml")).code, 0);
  assert.equal(
    (await runIn(root.path, start, ["config", "check"], { CERTGATE_CONFIG: "absent.yaml" })).code,
    2,
  );
});

Deno.test("bundle() reads only variables that a binary may read", async () => {
  const read = /\benv\d*(?:\.get\("|\.)([A-Z_]+)/g;
  const allowed = new Set(ENVIRONMENT);
  const names = new Set<string>();
  for await (const { name } of Deno.readDir(made.folder)) {
    const text = await Deno.readTextFile(join(made.folder, name));
    for (const [, variable] of text.matchAll(read)) names.add(variable);
  }
  assert(names.has("NO_COLOR") && names.has("TMPDIR"), "the pattern still finds what is there");
  assert.deepEqual([...names].filter((name) => !allowed.has(name) && !name.startsWith("CERTGATE_")), []);
});

Deno.test("bundle() leaves out of the ACME library what looks through the environment and what is never used", () => {
  const packages = new Set(made.inputs.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]));
  assert(packages.has("acme-client"));
  assert.deepEqual(["axios", "debug", "node-forge"].filter((name) => packages.has(name)), []);
});

Deno.test("bundle() serves as an agent over a Unix socket in the directory it is started in", async () => {
  using root = tempRoot();
  await exercise(root.path, start, `unix://${root.path}/hook.sock`);
});

Deno.test("FLAGS let certgate write beneath the directory it is started in, and refuse a write elsewhere", async () => {
  using root = tempRoot();
  using elsewhere = tempRoot();
  const file = join(elsewhere.path, "answer.pb");
  const refused = await runIn(root.path, start, ["replay", CAPTURE, "--envoy", "none", "--out", file]);
  assert.equal(refused.code, 3);
  assert(
    refused.stderr.includes(`error: Cannot write "${file}": this binary has no write access to "${file}"`),
  );
  assert.match(refused.stderr, /\nhint: .*\/var\/lib\/certgate/);
  assert.deepEqual([...Deno.readDirSync(elsewhere.path)], []);
});

Deno.test("FLAGS make an agent say which of its places it may not write", async () => {
  using root = tempRoot();
  using elsewhere = tempRoot();
  const config = join(root.path, "config.yaml");
  const hook = `hook: { listen: "unix://${root.path}/hook.sock" }`;
  await Deno.writeTextFile(
    config,
    `${hook}\nhttp: { listen: "127.0.0.1:0" }\nstateDir: ${elsewhere.path}/state\n`,
  );
  for (const command of [["run", "--config", config], ["config", "check", config]]) {
    const { code, stderr } = await runIn(root.path, start, command);
    assert(code === 2 || code === 3, stderr);
    assert.match(stderr, /^error: .*state/);
    assert.match(stderr, /\nhint: this binary may write beneath \/var\/lib\/certgate/);
    assert(!stderr.includes("--allow-"), "options of the runtime are nothing that an operator could give");
  }
});

// Envoy at its places, what restarts dependents, what makes links, and the operator's own programs.
const PROGRAM =
  /^\/(.*\/envoy|usr\/bin\/(systemctl|kill|ln)|usr\/local\/lib\/certgate\/(restart|issue|dns01))$/;

Deno.test("FLAGS allow neither everything nor any program", () => {
  const flags = FLAGS.map(({ flag }) => flag);
  for (const flag of flags) {
    assert(!/^(-A|--allow-all|--allow-(run|env|sys|write|ffi|import))$/.test(flag), flag);
  }
  assert(flags.includes("--no-prompt") && flags.includes("--deny-import"));
  const run = flags.find((flag) => flag.startsWith("--allow-run="))!;
  for (const path of run.slice("--allow-run=".length).split(",")) assert.match(path, PROGRAM);
});
