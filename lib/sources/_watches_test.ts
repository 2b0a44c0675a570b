import assert from "node:assert/strict";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { MOST_WATCHES, type OpenWatcher, Watches } from "./_watches.ts";

/** The watches of a system in which some paths are refused. */
function watchesOf(refuse: (path: string) => Error | null) {
  const opened: { paths: string[]; closed: boolean }[] = [];
  const log = new FakeLog();
  let hints = 0;
  const open: OpenWatcher = (paths) => {
    for (const path of paths) {
      const error = refuse(path);
      if (error !== null) throw error;
    }
    const watcher = { paths, closed: false };
    opened.push(watcher);
    return {
      close: () => watcher.closed = true,
      async *[Symbol.asyncIterator]() {
        yield { kind: "access" };
      },
    };
  };
  const watches = new Watches({ log, onHint: () => hints++, open });
  const watched = () => opened.filter(({ closed }) => !closed).flatMap(({ paths }) => paths);
  return { watches, log, opened, watched, hints: () => hints };
}

const directories = (...names: string[]) => new Map(names.map((name) => [`/${name.split(" ")[0]}`, name]));

Deno.test("Watches arms once for the same directories, and anew when one is another one", () => {
  const { watches, opened, watched, hints } = watchesOf(() => null);
  assert.equal(watches.watch(directories("a", "b"), 0), Infinity);
  assert.deepEqual(watched(), ["/a", "/b"]);
  // What came before the watch was armed would be missed otherwise.
  assert.equal(hints(), 1);
  watches.watch(directories("a", "b"), 1e6);
  assert.equal(opened.length, 1);
  watches.watch(directories("a", "b 2"), 2e6);
  assert.equal(opened.length, 2);
  assert.deepEqual(watched(), ["/a", "/b"]);
  watches.close();
  assert.deepEqual(watched(), []);
});

Deno.test("Watches leaves out a directory that is gone or closed, and hears of the others", () => {
  const { watches, watched } = watchesOf((path) =>
    path === "/c" ? new Deno.errors.NotFound() : path === "/f" ? new Deno.errors.PermissionDenied() : null
  );
  watches.watch(directories(..."abcdefg"), 0);
  assert.deepEqual(watched().sort(), ["/a", "/b", "/d", "/e", "/g"]);
  assert.equal(watches.watching, true);
});

Deno.test("Watches says once that the system refuses, and tries again after a minute", () => {
  let refusing = true;
  const { watches, log, watched } = watchesOf(() =>
    refusing ? new Error("OS file watch limit reached") : null
  );
  watches.watch(directories("a"), 0);
  watches.watch(directories("a"), 1000);
  watches.watch(directories("a"), 61_000);
  assert.equal(watches.watching, false);
  assert.equal(log.lines.length, 1);
  refusing = false;
  watches.watch(directories("a"), 100_000);
  assert.deepEqual(watched(), []);
  watches.watch(directories("a"), 122_000);
  assert.deepEqual(watched(), ["/a"]);
  assert.equal(watches.watching, true);
});

Deno.test("Watches takes a bounded number of directories", () => {
  const { watches, log, watched } = watchesOf(() => null);
  const many = new Map(Array.from({ length: MOST_WATCHES + 5 }, (_, at) => [`/${at}`, ""]));
  watches.watch(many, 0);
  assert.equal(watched().length, MOST_WATCHES);
  assert.equal(log.sentences("warn").length, 1);
});
