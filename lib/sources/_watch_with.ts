import type { Log } from "../model/mod.ts";
import { type OpenWatcher, Watches } from "./_watches.ts";
import { type DirectoryWatch, WatchThread } from "./watch_thread.ts";

/** Watches in the given thread, in one of its own, or through the given watcher. */
export function watchWith(
  { log, watchThread, openWatcher }: {
    readonly log: Log;
    readonly watchThread?: WatchThread;
    readonly openWatcher?: OpenWatcher;
  },
  onHint: () => void,
): DirectoryWatch {
  if (openWatcher) return new Watches({ log, onHint, open: openWatcher });
  if (watchThread) return watchThread.join(onHint);
  const thread = new WatchThread({ log });
  const watch = thread.join(onHint);
  return {
    get watching() {
      return watch.watching;
    },
    watch: (directories, now) => watch.watch(directories, now),
    close: () => thread.close(),
  };
}
