import { sourcesOf } from "../agent.ts";
import type { Log, ObjectKey } from "../model/mod.ts";
import type { Config } from "../resources/mod.ts";
import { openSources, type Sighting } from "../sources/mod.ts";

/** Looks once at the sources whose pairs Envoy asks certgate for; what is there now, by `namespace/name`. */
export async function lookAtSds(config: Config): Promise<ReadonlyMap<ObjectKey, Sighting>> {
  const sources = sourcesOf(config).filter(({ delivery }) => delivery === "sds");
  if (sources.length === 0) return new Map();
  const opened = openSources({
    sources,
    // One look that believes what it sees: there is no second one.
    watch: {
      ...config.watch,
      pollInterval: 600_000,
      events: false,
      settle: 0,
      absenceGrace: 0,
      staleGrace: 0,
    },
    repair: config.gate.repair,
    log: QUIET,
    metrics: { add: () => {}, set: () => {} },
    clock: Date.now,
    onChange: () => {},
  });
  try {
    await opened.first;
    return opened.sightings();
  } finally {
    await opened.stop();
  }
}

const nothing = () => {};
const QUIET: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
