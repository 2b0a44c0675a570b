import assert from "node:assert/strict";
import { mayRun, mayWrite, wordsOf } from "./permitted.ts";

Deno.test("wordsOf() says of a refusal what was refused, and nothing of options of the runtime", () => {
  const refusal = new Deno.errors.NotCapable(
    'Requires write access to "/srv/a b", specify the required permissions during compilation using `deno compile --allow-write`',
  );
  assert.equal(wordsOf(refusal), 'this binary has no write access to "/srv/a b"');
  assert.equal(wordsOf(new Deno.errors.NotCapable("Requires net access")), "this binary has no net access");
  assert.equal(wordsOf(new Deno.errors.NotCapable("something new")), "something new");
  assert.equal(wordsOf(new Error("disk full")), "disk full");
});

Deno.test("mayWrite() and mayRun() follow the permissions of the process", {
  permissions: { write: ["/srv/allowed"], run: ["/usr/bin/envoy"] },
}, async () => {
  assert.equal(await mayWrite("/srv/allowed/below/it"), true);
  assert.equal(await mayWrite("/srv/other"), false);
  assert.equal(await mayRun("/usr/bin/envoy"), true);
  assert.equal(await mayRun("/usr/bin/env"), false);
});
