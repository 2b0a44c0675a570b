import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGroup } from "./run_group.ts";

const RUNNER = fileURLToPath(new URL("../run.ts", import.meta.url));

/** A checkout that holds these files. */
function fakeTree(files: Record<string, string>): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "certgate-runner-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) };
}

/** The real runner on a fake checkout. */
async function runOn(root: string, ...args: string[]): Promise<{ code: number; lines: string[] }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", RUNNER, "--no-setup", `--root=${root}`, ...args],
    env: { NO_COLOR: "1", CI: "" },
    stdin: "null",
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.ok(text.endsWith("\n") && !text.endsWith("\n\n"), "the closing line is the last one");
  return { code, lines: text.trimEnd().split("\n") };
}

const FINE = `Deno.test("fine", () => {});`;

/** A test that says it is there and waits for another one to say so, for at most 20 seconds. */
const meets = (self: string, other: string) => `
  import { existsSync, writeFileSync } from "node:fs";
  Deno.test("meets", async () => {
    writeFileSync("here-${self}", "");
    for (let look = 0; look < 400 && !existsSync("here-${other}"); look++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (!existsSync("here-${other}")) throw new Error("nobody came");
  });`;

Deno.test("run.ts ends with the counts, and with 0 when everything passed", async () => {
  using tree = fakeTree({ "lib/a_test.ts": FINE, "tests/cli/b_test.ts": FINE, "tests/new/c_test.ts": FINE });
  const { code, lines } = await runOn(tree.root);
  assert.equal(lines.at(-1), "3 passed, 0 failed");
  assert.equal(code, 0);
});

Deno.test("run.ts counts failing, ignored and unloadable files by name and ends with 1", async () => {
  using tree = fakeTree({
    "lib/a_test.ts": `${FINE}
      Deno.test("breaks", () => { throw new Error("boom"); });
      Deno.test({ name: "needs go", ignore: true, fn() {} });`,
    "lib/b_test.ts": `throw new Error("does not load");`,
    "lib/c_test.ts": `export {};`,
    "tests/cli/d_test.ts": `import "./nowhere.ts";`,
  });
  const { code, lines } = await runOn(tree.root);
  assert.equal(lines.at(-1), "1 passed, 4 failed, 1 skipped");
  assert.equal(code, 1);
  const closing = lines.slice(lines.indexOf("Skipped:"));
  assert.deepEqual(closing.filter((line) => line.startsWith("  ")), [
    "  lib/a_test.ts: needs go: marked as ignored in the file",
    "  lib/a_test.ts: breaks",
    "  lib/b_test.ts: (does not load, or holds no test)",
    "  lib/c_test.ts: (does not load, or holds no test)",
    "  cli: (no test ran: deno test ended with code 1)",
  ]);
});

Deno.test("run.ts runs only the groups that are named", async () => {
  using tree = fakeTree({
    "lib/a_test.ts": FINE,
    "tests/cli/b_test.ts": `Deno.test("breaks", () => { throw 1; });`,
  });
  const { code, lines } = await runOn(tree.root, "unit");
  assert.deepEqual([code, lines.at(-1)], [0, "1 passed, 0 failed"]);
});

Deno.test("run.ts counts a group without test files as failed if it was named", async () => {
  using tree = fakeTree({ "lib/a_test.ts": FINE });
  const { code, lines } = await runOn(tree.root, "e2e");
  assert.deepEqual([code, lines.at(-1)], [1, "0 passed, 1 failed"]);
});

Deno.test("run.ts runs groups that wait beside the others, keeps together what each says, and counts them all", async () => {
  using tree = fakeTree({
    // Neither ends without the other.
    "tests/e2e/a_test.ts": meets("e2e", "cli"),
    "tests/cli/b_test.ts": meets("cli", "e2e"),
  });
  const { code, lines } = await runOn(tree.root);
  assert.deepEqual([code, lines.at(-1)], [0, "2 passed, 0 failed"]);
  const titles = lines.filter((line) => line.startsWith("── ")).map((line) => line.split(/[ :]/)[1]);
  assert.equal(
    titles.lastIndexOf("cli") - titles.indexOf("cli"),
    1,
    "nothing stands between the lines of cli",
  );
  assert.deepEqual(titles.toSorted(), ["cli", "cli", "e2e", "e2e"]);
});

Deno.test("runGroup() makes the program of a group, and says so if that fails", async () => {
  using tree = fakeTree({
    "make.ts": `console.log(Deno.args[0] + "/made");`,
    "fail.ts": `throw new Error("no compiler");`,
    "a_test.ts": `Deno.test("has it", () => {
      if (!/.program.made$/.test(Deno.env.get("CERTGATE_PROGRAM") ?? "")) throw new Error("it is not there");
    });`,
  });
  const named = Deno.env.get("CERTGATE_PROGRAM");
  Deno.env.delete("CERTGATE_PROGRAM");
  using _ = { [Symbol.dispose]: () => named !== undefined && Deno.env.set("CERTGATE_PROGRAM", named) };
  let said = "";
  const options = { root: tree.root, args: [], write: (text: string) => void (said += text) };
  const group = { name: "made", holds: () => true, limit: 60 };
  const made = await runGroup({ ...group, program: "make.ts" }, ["a_test.ts"], options);
  assert.deepEqual([made.passed.length, made.failed], [1, []]);
  const failed = await runGroup({ ...group, program: "fail.ts" }, ["a_test.ts"], options);
  assert.deepEqual(failed.failed, [{ file: "fail.ts", name: "(makes no program)" }]);
  assert.match(said, /no compiler/);
});

Deno.test("runGroup() loses no test of a file whose neighbour in the same worker does not load", async () => {
  using tree = fakeTree({ "a_test.ts": FINE, "b_test.ts": `throw new Error("boom");`, "c_test.ts": FINE });
  const group = { name: "one worker", holds: () => true, limit: 60, workers: 1 };
  const files = ["a_test.ts", "b_test.ts", "c_test.ts"];
  const { passed, failed } = await runGroup(group, files, { root: tree.root, args: [], write: () => {} });
  assert.deepEqual(passed.map(({ file }) => file), ["a_test.ts", "c_test.ts"]);
  assert.deepEqual(failed, [{ file: "b_test.ts", name: "(does not load, or holds no test)" }]);
});

Deno.test("runGroup() names the file alone in which something was thrown that no test caught", async () => {
  using tree = fakeTree({
    "a_test.ts": `${FINE} Deno.test("dangles", async () => {
      setTimeout(() => { throw new Error("boom"); }, 1);
      await new Promise((resolve) => setTimeout(resolve, 20_000));
    });`,
    "b_test.ts": FINE,
  });
  const group = { name: "one worker", holds: () => true, limit: 60, workers: 1 };
  const options = { root: tree.root, args: [], write: () => {} };
  const { passed, failed } = await runGroup(group, ["a_test.ts", "b_test.ts"], options);
  assert.deepEqual(passed.map(({ file }) => file), ["a_test.ts", "b_test.ts"]);
  assert.deepEqual(failed, [{ file: "a_test.ts", name: "dangles" }]);
});

Deno.test("runGroup() counts a process that ends badly though every test of it passes alone", async () => {
  using tree = fakeTree({
    "a_test.ts": `if (globalThis.other) throw new Error("boom"); globalThis.other = true; ${FINE}`,
    "b_test.ts": `if (globalThis.other) throw new Error("boom"); globalThis.other = true; ${FINE}`,
  });
  const group = { name: "one worker", holds: () => true, limit: 60, workers: 1 };
  const options = { root: tree.root, args: [], write: () => {} };
  const { passed, failed } = await runGroup(group, ["a_test.ts", "b_test.ts"], options);
  assert.equal(passed.length, 2);
  assert.deepEqual(failed, [{
    file: "one worker",
    name: "(deno test ended with code 1 though no test failed)",
  }]);
});

Deno.test("runGroup() does not wait for what a test has left behind", async () => {
  using tree = fakeTree({
    "a_test.ts": `Deno.test("leaves something", async () => {
      await new Deno.Command("sh", { args: ["-c", "sleep 600 & echo $! >pid"] }).spawn().status;
    });`,
  });
  let said = "";
  const write = (text: string) => void (said += text);
  const group = { name: "leaky", holds: () => true, limit: 60 };
  const { passed } = await runGroup(group, ["a_test.ts"], { root: tree.root, args: [], write });
  assert.equal(passed.length, 1);
  assert.match(said, /leaves something .* ok/);
  const pid = Number(Deno.readTextFileSync(join(tree.root, "pid")));
  assert.ok(isAlive(pid));
  Deno.kill(pid, "SIGKILL");
});

Deno.test("runGroup() ends a group that exceeds its time, with what it started", async () => {
  using tree = fakeTree({
    "a_test.ts": `Deno.test("hangs", async () => {
      const child = new Deno.Command("sleep", { args: ["600"] }).spawn();
      Deno.writeTextFileSync("pid", String(child.pid));
      await child.status;
    });`,
  });
  const group = { name: "slow", holds: () => true, limit: 5 };
  const { passed, failed } = await runGroup(group, ["a_test.ts"], {
    root: tree.root,
    args: ["--quiet"],
    write: () => {},
  });
  assert.deepEqual(passed, []);
  assert.deepEqual(failed, [{ file: "slow", name: "(no test ran: not finished after 5 s)" }]);
  const pid = Number(Deno.readTextFileSync(join(tree.root, "pid")));
  assert.ok(!isAlive(pid), "the process that the test started is gone");
});

/** Linux: a killed process that nobody has waited for yet is a zombie (Z), which is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}
