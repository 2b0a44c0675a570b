import assert from "node:assert/strict";
import { KeyMaterial, type PairBytes } from "../model/mod.ts";
import { makeSelfSigned } from "../pki/mod.ts";
import { toolPath } from "../../tests/setup/tools.ts";
import { EnvoyOracle } from "./envoy_oracle.ts";

const envoy = toolPath("envoy");
const needsEnvoy = { ignore: envoy === null };

const good = await makeSelfSigned({ commonName: "edge.example.com", now: Date.now(), days: 1 });
const other = await makeSelfSigned({ commonName: "other.example.com", now: Date.now(), days: 1 });
const mismatched: PairBytes = { certificate: good.certificate, key: other.key };

/** A program that stands in for Envoy, as a script. */
async function withProgram(
  script: string,
  body: (path: string, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/envoy`;
  try {
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`);
    await Deno.chmod(path, 0o755);
    await body(path, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  ...needsEnvoy,
  name: "EnvoyOracle answers each pair on its own, in order (needs envoy)",
  fn: async () => {
    const oracle = new EnvoyOracle({ envoyPath: envoy! });
    const pairs = Array.from({ length: 40 }, (_, at) => at % 7 === 3 ? mismatched : good);
    const answers = await oracle.confirm(pairs);
    assert.deepEqual(answers.map((answer) => answer?.accepted), pairs.map((pair) => pair === good));
    const refused = answers[3];
    assert.ok(refused && !refused.accepted);
    assert.match(refused.message, /KEY_VALUES_MISMATCH/);
    assert.equal(oracle.lastError, null);
    assert.deepEqual(await oracle.confirm([]), []);
    assert.deepEqual(await oracle.confirm([mismatched]), [refused]);
    assert.deepEqual(await oracle.confirm([good], { expected: [false] }), [{ accepted: true }]);
  },
});

Deno.test({
  ...needsEnvoy,
  name: "EnvoyOracle refuses pairs with members missing or empty (needs envoy)",
  fn: async () => {
    const empty = new Uint8Array();
    const answers = await new EnvoyOracle({ envoyPath: envoy! }).confirm([
      { certificate: null, key: null },
      { certificate: good.certificate, key: null },
      { certificate: null, key: good.key },
      { certificate: empty, key: new KeyMaterial(empty) },
      { ...good, staple: Uint8Array.of(0x30) },
    ]);
    assert.deepEqual(answers.map((answer) => answer?.accepted), [false, false, false, false, false]);
  },
});

Deno.test({
  ...needsEnvoy,
  name: "EnvoyOracle judges trust bundles (needs envoy)",
  fn: async () => {
    const text = (parts: Uint8Array[]) =>
      new TextEncoder().encode(parts.map((part) => new TextDecoder().decode(part)).join(""));
    const oracle = new EnvoyOracle({ envoyPath: envoy! });
    const answers = await oracle.confirmTrust([
      good.certificate!,
      text([good.certificate!, other.certificate!]),
      new TextEncoder().encode("no certificate"),
      text([good.certificate!, other.certificate!.slice(0, 200)]),
    ]);
    assert.deepEqual(answers.map((answer) => answer?.accepted), [true, true, false, false]);
    assert.equal(oracle.lastError, null);
  },
});

Deno.test({
  ...needsEnvoy,
  name: "EnvoyOracle.version() is Envoy's build (needs envoy)",
  fn: async () => {
    assert.match(
      await new EnvoyOracle({ envoyPath: envoy! }).version() ?? "",
      /^[0-9a-f]{40}\/\d+\.\d+\.\d+.*\/BoringSSL/,
    );
  },
});

Deno.test({
  ...needsEnvoy,
  name: "EnvoyOracle stops at its deadline and at its signal, and answers null from there on (needs envoy)",
  fn: async () => {
    const oracle = new EnvoyOracle({ envoyPath: envoy! });
    const pairs = Array.from({ length: 600 }, () => good);
    assert.ok((await oracle.confirm(pairs, { deadline: Date.now() - 1 })).every((answer) => answer === null));
    assert.match(oracle.lastError ?? "", /no time left/);
    const stop = new AbortController();
    const pending = oracle.confirm(pairs, { signal: stop.signal });
    stop.abort();
    assert.ok((await pending).every((answer) => answer === null));
    assert.deepEqual(await oracle.confirm([good]), [{ accepted: true }]);
    assert.equal(oracle.lastError, null);
  },
});

Deno.test("EnvoyOracle gives null and a reason where there is no such program", async () => {
  const oracle = new EnvoyOracle({ envoyPath: "/nowhere/envoy" });
  assert.deepEqual(await oracle.confirm([good, mismatched]), [null, null]);
  assert.match(oracle.lastError ?? "", /^Cannot run "\/nowhere\/envoy": /);
  assert.deepEqual(await oracle.confirmTrust([good.certificate!]), [null]);
  assert.equal(await oracle.version(), null);
});

for (
  const [what, script] of [
    ["does nothing and succeeds", "exit 0"],
    ["reads all and fails", "cat > /dev/null; exit 1"],
    ["says something else", 'echo hello; echo "error: what is --config-yaml" >&2; exit 2'],
    ["kills itself", "kill -9 $$"],
    ["refuses whatever it is given", "echo \"error initializing configuration '/dev/fd/0': no\" >&2; exit 1"],
  ] as const
) {
  Deno.test(`EnvoyOracle believes no program that ${what}`, () =>
    withProgram(script, async (path) => {
      const oracle = new EnvoyOracle({ envoyPath: path });
      const pairs = Array.from({ length: 30 }, () => good);
      assert.ok((await oracle.confirm(pairs)).every((answer) => answer === null));
      assert.ok(
        (oracle.lastError ?? "").startsWith(`Cannot ask "${path}": `),
        oracle.lastError ?? "no reason",
      );
      assert.equal(await oracle.version(), null);
    }));
}

Deno.test("EnvoyOracle ends a program that hangs, and the program is dead then", () =>
  withProgram(`echo $$ >> "$0.pids"; exec sleep 600`, async (path) => {
    const oracle = new EnvoyOracle({ envoyPath: path, timeoutMs: 300 });
    assert.deepEqual(await oracle.confirm([good]), [null]);
    assert.match(oracle.lastError ?? "", /no answer in 300 ms/);
    const pids = (await Deno.readTextFile(`${path}.pids`)).trim().split("\n");
    assert.ok(pids.length > 0);
    for (const pid of pids) await assert.rejects(Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
  }));

Deno.test("EnvoyOracle does not wait for what a program has left running", () =>
  withProgram(`sleep 600 & echo $! > "$0.left"; exit 0`, async (path) => {
    const oracle = new EnvoyOracle({ envoyPath: path, timeoutMs: 300 });
    assert.deepEqual(await oracle.confirm([good]), [null]);
    assert.match(oracle.lastError ?? "", /no answer in 300 ms/);
    Deno.kill(Number(await Deno.readTextFile(`${path}.left`)), "SIGKILL");
  }));

Deno.test("EnvoyOracle does not swallow endless output", () =>
  withProgram("exec yes", async (path) => {
    const oracle = new EnvoyOracle({ envoyPath: path });
    assert.deepEqual(await oracle.confirm([good]), [null]);
    assert.match(oracle.lastError ?? "", /more than \d+ bytes/);
  }));

Deno.test("EnvoyOracle runs as many programs at a time as it may", () =>
  withProgram(
    `mkdir "$0.run" 2>/dev/null || echo overlap >> "$0.log"; cat > /dev/null; rmdir "$0.run"; exit 0`,
    async (path) => {
      const oracle = new EnvoyOracle({ envoyPath: path, concurrency: 1 });
      await Promise.all([oracle.confirm([good]), oracle.confirm([good]), oracle.confirm([good])]);
      await assert.rejects(Deno.stat(`${path}.log`), Deno.errors.NotFound);
    },
  ));

Deno.test("EnvoyOracle shows keys to Envoy alone: not in arguments, environment or files", () =>
  withProgram(
    `{ echo "$@"; env; ls -l "$(dirname "$0")"; readlink /proc/self/fd/0; } >> "$0.seen"; cat > /dev/null; exit 0`,
    async (path, directory) => {
      await new EnvoyOracle({ envoyPath: path }).confirm(Array.from({ length: 30 }, () => good));
      const seen = await Deno.readTextFile(`${path}.seen`);
      const key = new TextDecoder().decode(good.key!.open()).split("\n")[1];
      assert.ok(
        key.length > 40 && !seen.includes(key) && !seen.includes(btoa(key).slice(0, 40)),
        "a key is shown",
      );
      assert.match(seen, /^pipe:\[\d+\]$/m);
      const files = [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
      assert.deepEqual(files, ["envoy", "envoy.seen"]);
    },
  ));
