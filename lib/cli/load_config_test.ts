import assert from "node:assert/strict";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { configCheck } from "./config_check.ts";
import { configShow } from "./config_show.ts";
import { loadConfig } from "./load_config.ts";

async function withFile(text: string, body: (file: string) => Promise<void>): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    await Deno.writeTextFile(file, text);
    await body(file);
  } finally {
    await Deno.remove(file);
  }
}

const none = () => undefined;

Deno.test("loadConfig() lets variables count before the file, and the command line before both", () =>
  withFile("log: {level: warn}\nhttp: {listen: 127.0.0.1:1}\nwatch: {settle: 5}\n", async (file) => {
    const variables: Record<string, string> = {
      CERTGATE_CONFIG: file,
      CERTGATE_LOG_LEVEL: "error",
      CERTGATE_HTTP_LISTEN: "127.0.0.1:2",
    };
    const loaded = await loadConfig({ set: ["log.level=debug"] }, (name) => variables[name]);
    assert(loaded.ok);
    assert.equal(loaded.file, file);
    assert.deepEqual(
      [loaded.config.log.level, loaded.config.http.listen, loaded.config.watch.settle],
      ["debug", "127.0.0.1:2", 5],
    );
    assert.deepEqual(loaded.overrides.map(({ from }) => from), [
      "CERTGATE_HTTP_LISTEN",
      "CERTGATE_LOG_LEVEL",
      "--set log.level",
    ]);
  }));

Deno.test("loadConfig() wants a file that is named, by the option or by the variable", async () => {
  for (
    const loaded of [
      await loadConfig({ config: "/nowhere" }, none),
      await loadConfig({}, () => "/nowhere"),
    ]
  ) {
    assert(!loaded.ok);
    assert.deepEqual([loaded.complaints[0].file, loaded.complaints[0].hint], [
      "/nowhere",
      "check the path of the configuration file",
    ]);
  }
});

Deno.test({
  name: "loadConfig() says who may read a file that is closed to this user",
  ignore: Deno.uid() === 0,
  fn: () =>
    withFile("", async (file) => {
      await Deno.chmod(file, 0o000);
      const loaded = await loadConfig({ config: file }, none);
      assert(!loaded.ok);
      assert.equal(loaded.complaints[0].hint, "run it as root, or as a user who may read that file");
    }),
});

Deno.test("loadConfig() says how an assignment is written", async () => {
  const loaded = await loadConfig({ set: ["log.level"] }, none);
  assert(!loaded.ok);
  assert.equal(loaded.complaints[0].message, "Cannot read the assignment: there is no =");
});

Deno.test("configCheck() says what was set beside the file", () =>
  withFile("log: {level: warn}\n", async (file) => {
    const terminal = new FakeTerminal();
    assert.equal(await configCheck({ config: file, set: ["log.level=debug"] }, terminal), 0);
    assert.equal(terminal.stdout, `${file}: ok, with --set log.level\n`);
  }));

Deno.test("configShow() prints what can be read again", () =>
  withFile("neverGate: [a/b]\n", async (file) => {
    const loaded = await loadConfig({ config: file, set: ["http.listen=127.0.0.1:7"] }, none);
    assert(loaded.ok);
    await withFile(configShow(loaded.config, "yaml"), async (copy) => {
      const again = await loadConfig({ config: copy }, none);
      assert(again.ok);
      assert.deepEqual(again.config, loaded.config);
      assert.equal(again.config.http.listen, "127.0.0.1:7");
    });
  }));
