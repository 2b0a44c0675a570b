import { createHash } from "node:crypto";
import { join } from "node:path";
import { removeLeftovers } from "../host/mod.ts";
import type { BareCondition, Condition, GateStatus, Json, Log } from "../model/mod.ts";
import { type ConditionsFile, formatConditions, parseConditions } from "./_conditions_file.ts";
import { makeLatestWriter } from "./_latest_writer.ts";

/** What status needs to know of the past, and the status file. */
export interface StatusKeeper {
  /** Milliseconds since the epoch; the latest time that an earlier run has written down, `null` if there was none. */
  readonly lastSeen: number | null;
  /**
   * Counts the changes of an object's spec: 1 at first, one more whenever it is another one. The order of keys does not
   * count.
   *
   * @param key Which object, e.g. `Gateway ns/name`.
   * @param spec The spec, or a digest of it.
   */
  generation(key: string, spec: Json): number;
  /** Writes down which generation a spec of an object has, for {@linkcode StatusKeeper.recall}; the latest one counts. */
  remember(key: string, generation: number, spec: Json): void;
  /** The generation that was written down for this spec of an object; `null` if another one was, or none. */
  recall(key: string, spec: Json): number | null;
  /**
   * Adds to conditions since when they hold. The time of one whose status is what it was stays, also across a restart.
   *
   * @param subject What the conditions are about; one name for one set of types.
   */
  stamp(subject: string, bare: readonly BareCondition[], generation: number): Condition[];
  /**
   * Forgets subjects that are not among these, and objects that were not asked for since this was called last; only of
   * one part of the agent, since each knows its own: `policy` has what begins with "policy ", `issuance` what begins with
   * "issuance ", `gate` everything else.
   */
  retain(subjects: ReadonlySet<string>, part?: "gate" | "policy" | "issuance"): void;
  /** Writes the status file soon, if anything but its time is different. */
  write(status: GateStatus): void;
  /**
   * Writes down that this time has been; to be called at least hourly, and with a time that is believed: it may be earlier
   * than the one before, after a clock was set right.
   *
   * @param now Milliseconds since the epoch.
   */
  touch(now: number): void;
  /** Resolves when nothing is left to write. */
  settled(): Promise<void>;
}

const CONDITIONS = "conditions.json";
const STATUS = "status.json";

/**
 * Opens `conditions.json` and `status.json` of a state directory. A damaged file is set aside and made anew: times then
 * begin with now, and generations with 1. What writers that were killed have left in the directory is removed.
 *
 * @param parts.stateDir The state directory, which exists and nobody writes to yet.
 * @param parts.clock Milliseconds since the epoch.
 */
export async function openStatusKeeper(parts: {
  readonly stateDir: string;
  readonly log: Log;
  readonly clock: () => number;
}): Promise<StatusKeeper> {
  const { stateDir, log, clock } = parts;
  const path = join(stateDir, CONDITIONS), statusPath = join(stateDir, STATUS);
  await removeLeftovers(stateDir).catch((error) => {
    log.warn("the state directory cannot be read", { path: stateDir, error });
  });
  const file = await readConditions(path, log);
  const conditions = makeLatestWriter(path, failed(log, path));
  let shown = await readStatus(statusPath);
  const statuses = makeLatestWriter(statusPath, (error) => {
    shown = null;
    failed(log, statusPath)(error);
  });
  const save = () => {
    file.lastSeen = Math.max(file.lastSeen ?? -Infinity, clock());
    conditions.write(() => formatConditions(file));
  };
  return {
    lastSeen: file.lastSeen,
    ...makeMemory(file, { clock, save }),
    write(status) {
      statuses.write(() => {
        const text = withoutTime(status);
        if (text === shown) return null;
        shown = text;
        // Megabytes for thousands of hosts, so they are put into words once only.
        return `{"time":${JSON.stringify(status.time)},${text.slice(1)}`;
      });
    },
    touch(now) {
      file.lastSeen = now;
      conditions.write(() => formatConditions(file));
    },
    settled: async () => void await Promise.all([conditions.settled(), statuses.settled()]),
  };
}

/** The parts that change the file, which is written at the end of the turn in which they did. */
function makeMemory(
  { generations, conditions }: ConditionsFile,
  { clock, save }: { readonly clock: () => number; readonly save: () => void },
): Pick<StatusKeeper, "generation" | "remember" | "recall" | "stamp" | "retain"> {
  const asked = new Set<string>();
  return {
    ...makeGenerations(generations, { asked, save }),
    stamp(subject, bare, generation) {
      const before = conditions.get(subject);
      const now = rfc3339(clock());
      const after = new Map(bare.map(({ type, status }) => {
        const since = before?.get(type);
        return [type, since?.status === status ? since : { status, time: now }];
      }));
      if (before?.size !== after.size || [...after].some(([type, since]) => before.get(type) !== since)) {
        conditions.set(subject, after);
        save();
      }
      return bare.map((condition) => ({
        ...condition,
        observedGeneration: generation,
        lastTransitionTime: after.get(condition.type)!.time,
      }));
    },
    retain(subjects, part = "gate") {
      const isOwn = (name: string) => partOf(name) === part;
      const gone = [...conditions.keys()].filter((subject) => isOwn(subject) && !subjects.has(subject));
      const unasked = [...generations.keys()].filter((key) => isOwn(key) && !asked.has(key));
      for (const key of asked) if (isOwn(key)) asked.delete(key);
      for (const subject of gone) conditions.delete(subject);
      for (const key of unasked) generations.delete(key);
      if (gone.length + unasked.length > 0) save();
    },
  };
}

/** The part of the agent that a subject belongs to. */
function partOf(name: string): "gate" | "policy" | "issuance" {
  const [word] = name.split(" ", 1);
  return word === "policy" || word === "issuance" ? word : "gate";
}

function makeGenerations(
  generations: ConditionsFile["generations"],
  { asked, save }: { readonly asked: Set<string>; readonly save: () => void },
): Pick<StatusKeeper, "generation" | "remember" | "recall"> {
  return {
    generation(key, spec) {
      asked.add(key);
      const digest = digestOf(spec);
      const before = generations.get(key);
      if (before?.digest === digest) return before.generation;
      const generation = (before?.generation ?? 0) + 1;
      generations.set(key, { generation, digest });
      save();
      return generation;
    },
    remember(key, generation, spec) {
      asked.add(key);
      const digest = digestOf(spec);
      const before = generations.get(key);
      if (before?.digest === digest && before.generation === generation) return;
      generations.set(key, { generation, digest });
      save();
    },
    recall(key, spec) {
      asked.add(key);
      const before = generations.get(key);
      return before?.digest === digestOf(spec) ? before.generation : null;
    },
  };
}

function digestOf(spec: Json): string {
  const sorted = JSON.stringify(spec, (_, value) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) : value;
  });
  return createHash("sha256").update(sorted).digest("base64");
}

const rfc3339 = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const failed = (log: Log, path: string) => (error: unknown) =>
  log.warn("the status could not be kept, its times begin anew after a restart", { path, error });

async function readConditions(path: string, log: Log): Promise<ConditionsFile> {
  try {
    const file = parseConditions(await Deno.readTextFile(path));
    if (file) return file;
    await Deno.rename(path, `${path}.damaged`);
    log.warn("the file of conditions is damaged, it is set aside and made again", { path });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      log.warn("the file of conditions cannot be read", { path, error });
    }
  }
  return { lastSeen: null, generations: new Map(), conditions: new Map() };
}

const withoutTime = ({ time: _, ...status }: GateStatus): string => JSON.stringify(status);

/** The status file as it is, to be compared; it is only ever written, so a damaged one is simply another one. */
async function readStatus(path: string): Promise<string | null> {
  try {
    return withoutTime(JSON.parse(await Deno.readTextFile(path)));
  } catch {
    return null;
  }
}
