import assert from "node:assert/strict";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { WatchThread } from "./watch_thread.ts";

const PATIENCE = 10_000;

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function withThread(
  use: (thread: WatchThread, log: FakeLog, dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const log = new FakeLog();
  const thread = new WatchThread({ log, interval: 200, pause: 0 });
  try {
    await use(thread, log, dir);
  } finally {
    thread.close();
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("WatchThread passes on what happens in a directory, until it is closed", async () => {
  await withThread(async (thread, _log, dir) => {
    let hints = 0;
    const watch = thread.join(() => hints++);
    watch.watch(new Map([[dir, "1"]]), 0);
    // To be armed is a hint too.
    await until("it is armed", () => hints > 0);
    const before = hints;
    await Deno.writeTextFile(`${dir}/file`, "");
    await until("an event", () => hints > before);
    watch.close();
    let others = 0;
    thread.join(() => others++).watch(new Map([[dir, "1"]]), 0);
    await until("another is armed", () => others > 0);
    const after = [hints, others];
    await Deno.writeTextFile(`${dir}/file`, "more");
    await until("an event for the other", () => others > after[1]);
    assert.equal(hints, after[0]);
  });
});

Deno.test("WatchThread is not stopped by a named pipe in a watched directory", async () => {
  await withThread(async (thread, log, dir) => {
    await Deno.mkdir(`${dir}/a`);
    let hints = 0;
    const watch = thread.join(() => hints++);
    watch.watch(new Map([[`${dir}/a`, "1"]]), 0);
    await until("it is armed", () => hints > 0);
    const { success } = await new Deno.Command("mkfifo", { args: [`${dir}/a/pipe`] }).output();
    assert(success);
    // The next order finds the runtime's watcher hanging in the pipe.
    watch.watch(new Map([[`${dir}/a`, "1"], [dir, "1"]]), 0);
    const given = "file events are heard no more, changes are found by looking";
    await until("the thread is given up", () => log.sentences("warn").includes(given));
    await until("another thread watches", () => watch.watching);
    const before = hints;
    await Deno.writeTextFile(`${dir}/a/file`, "");
    await until("an event", () => hints > before);
  });
});
