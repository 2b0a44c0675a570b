import assert from "node:assert/strict";
import { join } from "node:path";
import type { AcmeFailure } from "./acme_failure.ts";
import { presentRecord, removeRecord } from "./dns_challenge.ts";

const forever = new AbortController().signal;
const RECORD = { domain: "example.com", value: "-starts-with-a-dash" };

async function withProgram(
  body: string,
  run: (program: string, log: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const program = join(folder, "dns01");
    const log = join(folder, "log");
    await Deno.writeTextFile(program, `#!/bin/sh\n${body.replaceAll("LOG", log)}\n`, { mode: 0o755 });
    await run(program, log);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const failureOf = (promise: Promise<void>) =>
  promise.then(() => assert.fail("it succeeded"), (error: AcmeFailure) => error.failure);

Deno.test("presentRecord() and removeRecord() give the program what to do, the name and the value", () =>
  withProgram(
    'printf "%s\\n" "$@" >>LOG; env | cut -d= -f1 | sort | tr "\\n" " " >>LOG',
    async (program, log) => {
      const dns = { command: [program, "a b", "$(id)"], timeout: 5000 };
      assert.ok(Deno.env.has("HOME"), "something of the agent's environment that could be handed down");
      await presentRecord(dns, RECORD, forever);
      const [first, second, what, name, value, environment] = (await Deno.readTextFile(log)).split("\n");
      assert.deepEqual([first, second, what], ["a b", "$(id)", "present"]);
      assert.deepEqual([name, value], ["_acme-challenge.example.com", "-starts-with-a-dash"]);
      assert.ok(!environment.includes("HOME") && environment.includes("PATH"), environment);
      await Deno.remove(log);
      assert.equal(await removeRecord(dns, RECORD), null);
      assert.equal((await Deno.readTextFile(log)).split("\n")[2], "cleanup");
    },
  ));

Deno.test("presentRecord() says what the program said last, in one line", () =>
  withProgram('echo first >&2; printf "second \\033[31m\\n" >&2; exit 4', async (program) => {
    const dns = { command: [program], timeout: 5000 };
    const failed = await failureOf(presentRecord(dns, RECORD, forever));
    assert.equal(failed.kind, "challenge");
    assert.equal(failed.message, 'Cannot make the record "_acme-challenge.example.com": second ?[31m');
    assert.equal(await removeRecord(dns, RECORD), "second ?[31m");
  }));

Deno.test("presentRecord() ends a program that takes too long, or whose attempt is stopped", () =>
  withProgram("sleep 60", async (program) => {
    const late = await failureOf(presentRecord({ command: [program], timeout: 100 }, RECORD, forever));
    assert.deepEqual([late.kind, /was not done in 100 ms$/.test(late.message)], ["challenge", true]);
    const stop = new AbortController();
    const stopped = failureOf(presentRecord({ command: [program], timeout: 60_000 }, RECORD, stop.signal));
    stop.abort();
    assert.equal((await stopped).kind, "late");
    assert.match(
      (await removeRecord({ command: [program], timeout: 100 }, RECORD))!,
      /was not done in 100 ms$/,
    );
  }));

Deno.test("presentRecord() names a program that cannot be run", async () => {
  const dns = { command: ["/nowhere/dns01"], timeout: 1000 };
  const failed = await failureOf(presentRecord(dns, RECORD, forever));
  assert.equal(failed.kind, "broken");
  assert.match(failed.message, /^Cannot make the record "_acme-challenge\.example\.com": .*\/nowhere\/dns01/);
});
