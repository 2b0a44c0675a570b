import assert from "node:assert/strict";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { defaultDataHomes, findEnvoy } from "./find_envoy.ts";

async function place(file: string, mode = 0o755): Promise<string> {
  await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(file, "#!/bin/sh\n");
  await Deno.chmod(file, mode);
  return file;
}

Deno.test("findEnvoy() takes the first executable on the path, before any data home", () =>
  inDirectory(async (root) => {
    await place(`${root}/home/envoy-versions/1.40.0/bin/envoy`);
    await place(`${root}/a/envoy`, 0o644);
    await Deno.mkdir(`${root}/b/envoy`, { recursive: true });
    const wanted = await place(`${root}/c/envoy`);
    const path = `.:${root}/none:${root}/a:${root}/b:${root}/c/:${root}/d`;
    assert.deepEqual(await findEnvoy("auto", { path, dataHomes: [`${root}/home`] }), { path: wanted });
  }));

Deno.test("findEnvoy() takes the newest version of a data home, by number", () =>
  inDirectory(async (root) => {
    for (const version of ["1.9.9", "1.38.2", "1.40.0-rc1", "latest", "1.4.0"]) {
      await place(`${root}/envoy-versions/${version}/bin/envoy`);
    }
    const wanted = await place(`${root}/envoy-versions/1.40.0/bin/envoy`);
    await place(`${root}/envoy-versions/1.41.0/bin/envoy`, 0o600);
    await Deno.mkdir(`${root}/envoy-versions/1.42.0`);
    assert.deepEqual(await findEnvoy("auto", { path: "", dataHomes: [`${root}/missing`, root] }), {
      path: wanted,
    });
  }));

Deno.test("findEnvoy() finds none without calling it an error", () =>
  inDirectory(async (root) => {
    assert.deepEqual(await findEnvoy("auto", { path: root, dataHomes: [root] }), { path: null });
    const path = (await place(`${root}/envoy`)).replace(/\/envoy$/, "");
    assert.deepEqual(await findEnvoy("none", { path, dataHomes: [] }), { path: null });
  }));

Deno.test("findEnvoy() says why a named binary cannot be used", () =>
  inDirectory(async (root) => {
    const file = await place(`${root}/envoy`);
    assert.deepEqual(await findEnvoy(file), { path: await Deno.realPath(file) });
    assert.deepEqual(await findEnvoy(`${root}/missing`), {
      path: null,
      error: `Cannot use "${root}/missing" as Envoy: there is no such file`,
    });
    assert.equal((await findEnvoy(root)).error, `Cannot use "${root}" as Envoy: it is not a regular file`);
    await Deno.chmod(file, 0o644);
    assert.equal((await findEnvoy(file)).error, `Cannot use "${file}" as Envoy: it is not executable`);
  }));

Deno.test("defaultDataHomes() are where Envoy Gateway keeps its binaries, root's last", () => {
  assert.deepEqual(defaultDataHomes("/home/edge"), [
    "/home/edge/.local/share/envoy-gateway",
    "/root/.local/share/envoy-gateway",
  ]);
  assert.deepEqual(defaultDataHomes("/root"), ["/root/.local/share/envoy-gateway"]);
});

Deno.test("findEnvoy() passes over what this process may not run, and says so if nothing else is there", () =>
  inDirectory(async (root) => {
    const refused = await place(`${root}/a/envoy`);
    const linked = await place(`${root}/linked/envoy`);
    const options = {
      path: `${root}/a`,
      dataHomes: [],
      mayRun: (path: string) => Promise.resolve(path === linked),
    };
    assert.deepEqual(await findEnvoy("auto", { ...options, linked }), { path: linked });
    const found = await findEnvoy("auto", { ...options, linked: `${root}/none` });
    assert.equal(found.path, null);
    assert.match(
      found.error ?? "",
      /^Cannot use ".*\/a\/envoy" as Envoy: this binary may run Envoy as .*symbolic link/,
    );
    assert.match((await findEnvoy(refused, options)).error ?? "", /this binary may run Envoy as/);
  }));

Deno.test("findEnvoy() takes a named link as it is written where only that may be run", () =>
  inDirectory(async (root) => {
    const real = await place(`${root}/a/envoy`);
    await Deno.symlink(real, `${root}/link`);
    const mayRun = (path: string) => Promise.resolve(path === `${root}/link`);
    assert.deepEqual(await findEnvoy(`${root}/link`, { mayRun }), { path: `${root}/link` });
  }));
