import assert from "node:assert/strict";
import { Host, SHELLS } from "./_host.ts";

Deno.test("install.sh --help is what docs/install.md shows", async () => {
  await using host = await Host.make(SHELLS[0]);
  const { code, stdout, stderr } = await host.run(["--help"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const page = await Deno.readTextFile(new URL("../../docs/install.md", import.meta.url));
  const [, shown] = page.match(/^## Options\n\n```text\n(.*?)```$/ms) ?? [];
  assert.equal(shown, stdout, "put the output of sh install.sh --help there");
});

Deno.test("install.sh knows every option that its help names, and names every one that it knows", async () => {
  const script = await Deno.readTextFile(new URL("../../install.sh", import.meta.url));
  const [, help] = script.match(/^usage\(\) \{(.*?)^\}/ms) ?? [];
  const [, parser] = script.match(/^parse_options\(\) \{(.*?)^\}/ms) ?? [];
  const named = (text: string) => [...new Set(text.match(/--[a-z0-9-]+/g))].sort();
  assert.deepEqual(named(parser), named(help));
});
