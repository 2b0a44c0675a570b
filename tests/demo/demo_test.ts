import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { descendants } from "../runner/stop_tree.ts";
import { toolPath } from "../setup/tools.ts";

const DEMO = fileURLToPath(new URL("demo.ts", import.meta.url));

/** A place for temporary files that must be empty again in the end. */
function emptyPlace(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "certgate-test-"));
  return {
    path,
    [Symbol.dispose]() {
      const leftovers = readdirSync(path);
      rmSync(path, { recursive: true });
      assert.deepEqual(leftovers, []);
    },
  };
}

Deno.test({
  name: "demo.ts --once shows 40 of 40 hostnames served behind certgate and leaves nothing behind",
  ignore: toolPath("envoy") === null,
  fn: async () => {
    using place = emptyPlace();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", DEMO, "--once"],
      env: { NO_COLOR: "1", TMPDIR: place.path },
      stdin: "null",
    }).output();
    const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, `${text}\n${errors}`);
    assert.match(
      text,
      /With certgate 40 of 40 were served, and no bad hostname was shown a neighbour's certificate\./,
    );
    assert.match(text, /certgate took 4 of 44 certificates out/);
    assert.match(text, /must-staple\.example\.com/);
  },
});

Deno.test({
  name: "demo.ts --plain --once shows an Envoy alone, a renewal that is served and one that is not",
  ignore: toolPath("envoy") === null,
  fn: async () => {
    using place = emptyPlace();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", DEMO, "--plain", "--once"],
      env: { NO_COLOR: "1", TMPDIR: place.path },
      stdin: "null",
    }).output();
    const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(code, 0, `${text}\n${errors}`);
    assert.equal([...text.matchAll(/^ {2}\w+\.example\.com +good +200, its own certificate$/gm)].length, 6);
    assert.equal(
      [...text.matchAll(/^ {2}old\.example\.com +key on curve P-224 +connection reset$/gm)].length,
      2,
    );
    assert.match(text, /a new connection got the new certificate \d+ ms after the last link was moved/);
    assert.match(
      text,
      /Envoy was sent nothing and has refused 0 updates; blog\.example\.com is served as before/,
    );
  },
});

interface Interrupted {
  readonly text: string;
  /** Process ids of the demo and everything it had started by then. */
  readonly started: readonly number[];
  readonly status: Deno.CommandStatus;
}

/** Starts the demo, waits until it has said something, interrupts it and reads the rest. */
async function interruptAfter(words: string, place: { path: string }): Promise<Interrupted> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", DEMO, "--hosts", "3"],
    env: { NO_COLOR: "1", TMPDIR: place.path },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let [text, started] = ["", [] as number[]];
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (started.length > 0 || !text.includes(words)) continue;
    started = [child.pid, ...descendants(child.pid)];
    child.kill("SIGINT");
  }
  return { text, started, status: await child.status };
}

const isRunning = (pid: number) => descendants(1).includes(pid) || descendants(Deno.pid).includes(pid);

Deno.test({
  name: "demo.ts stays up until Ctrl-C and then stops everything it started",
  ignore: toolPath("envoy") === null,
  fn: async () => {
    using place = emptyPlace();
    const { text, started, status } = await interruptAfter("curl --cacert", place);
    assert.match(text, /With certgate 3 of 3 were served/);
    assert.match(text, /metrics +http:\/\/127\.0\.0\.1:\d+\/metrics/);
    assert.equal(status.code, 0);
    assert.ok(started.length >= 3, "the demo, certgate and an Envoy were running");
    assert.deepEqual(started.filter(isRunning), []);
  },
});

Deno.test({
  name: "demo.ts stops everything it started when it is interrupted in the middle",
  ignore: toolPath("envoy") === null,
  fn: async () => {
    using place = emptyPlace();
    const { text, started, status } = await interruptAfter("Run 2", place);
    assert.doesNotMatch(text, /With certgate/);
    assert.equal(status.signal, "SIGINT");
    assert.deepEqual(started.filter(isRunning), []);
  },
});
