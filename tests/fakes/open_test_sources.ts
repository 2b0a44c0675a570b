import { type Config, configSchema } from "../../lib/resources/mod.ts";
import { openSources, type SourceMetrics, type Sources, type SourcesParts } from "../../lib/sources/mod.ts";
import { FakeLog } from "./fake_log.ts";

/** Sources on real files with short times, and everything that they say. */
export interface TestSources extends Sources, AsyncDisposable {
  readonly log: FakeLog;
  readonly counts: Map<string, number>;
  /** Resolves once the condition holds after a change; fails after ten seconds. */
  until(condition: () => boolean, what: string): Promise<void>;
}

/** Times that keep a test short. Where something is torn on purpose, a test brings longer ones. */
export const QUICK: Config["watch"] = {
  pollInterval: 50,
  events: true,
  settle: 100,
  absenceGrace: 150,
  staleGrace: 200,
};

const PATIENCE = 10_000;

/** Opens sources; each is a pattern, or a pattern with settings. */
export function openTestSources(
  sources: readonly (string | Record<string, unknown>)[],
  options:
    & { watch?: Partial<Config["watch"]>; onChange?: () => void }
    & Pick<Partial<SourcesParts>, "openWatcher"> = {},
): TestSources {
  const log = new FakeLog();
  const counts = new Map<string, number>();
  const metrics: SourceMetrics = {
    add: (name, labels = {}, by = 1) => {
      const key = [name, ...Object.values(labels)].join(" ");
      counts.set(key, (counts.get(key) ?? 0) + by);
    },
    set: (name, value, labels = {}) => counts.set([name, ...Object.values(labels)].join(" "), value),
  };
  const waiting = new Set<() => void>();
  const opened = openSources({
    sources: configSchema.parse({
      sources: sources.map((source) => ({
        namespace: "edge",
        ...typeof source === "string" ? { path: source } : source,
      })),
    }).sources,
    watch: { ...QUICK, ...options.watch },
    repair: false,
    log,
    metrics,
    clock: Date.now,
    openWatcher: options.openWatcher,
    onChange() {
      options.onChange?.();
      for (const check of waiting) check();
    },
  });
  return {
    ...opened,
    log,
    counts,
    until: (condition, what) => waitFor(condition, what, waiting),
    [Symbol.asyncDispose]: () => opened.stop(),
  };
}

function waitFor(condition: () => boolean, what: string, waiting: Set<() => void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      waiting.delete(check);
      reject(new Error(`Cannot wait any longer: ${what}`));
    }, PATIENCE);
    const check = () => {
      if (!condition()) return;
      clearTimeout(timer);
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    check();
  });
}
