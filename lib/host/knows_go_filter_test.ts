import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeEnvoy, GO_FILTER_WORDS } from "../../tests/fakes/fake_envoy.ts";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { toolPath } from "../../tests/setup/tools.ts";
import { knowsGoFilter, withoutGoFilter } from "./knows_go_filter.ts";

const [packaged, contrib] = [toolPath("envoy"), toolPath("envoy-contrib")];

Deno.test("knowsGoFilter() is false of the packaged Envoy", { ignore: packaged === null }, async () => {
  assert.equal(await knowsGoFilter(packaged!), false);
});

Deno.test("knowsGoFilter() is true of an Envoy with the filter", { ignore: contrib === null }, async () => {
  assert.equal(await knowsGoFilter(contrib!), true);
});

for (
  const [words, answer] of [
    ["lacksType", false],
    ["lacksFactory", false],
    ["knows", true],
    ["unclear", null],
  ] as const
) {
  Deno.test(`knowsGoFilter() is ${answer} where the words are those of ${words}`, async () => {
    await inDirectory(async (dir) => {
      const envoy = new FakeEnvoy(dir);
      await envoy.install(GO_FILTER_WORDS[words]);
      assert.equal(await knowsGoFilter(envoy.path), answer);
    });
  });
}

Deno.test("knowsGoFilter() does not know of what cannot be run, hangs, or is no Envoy", async () => {
  await inDirectory(async (dir) => {
    const envoy = new FakeEnvoy(dir);
    assert.equal(await knowsGoFilter(envoy.path), null);
    await envoy.install(GO_FILTER_WORDS.lacksType, join(dir, "never"));
    assert.equal(await knowsGoFilter(envoy.path, { timeoutMs: 100 }), null);
    assert.equal(await knowsGoFilter("/bin/true"), null);
  });
});

Deno.test("withoutGoFilter() says which Envoy it is and what to do, on one line", () => {
  const words = withoutGoFilter("/usr/bin/envoy");
  assert.match(words, /^The Envoy of this host, \/usr\/bin\/envoy, has no Go filter/);
  assert.match(words, /policy\.waf\.enabled/);
  assert.equal(words.includes("\n"), false);
});
