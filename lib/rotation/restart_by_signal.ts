import { plainLine, runProgram } from "../host/mod.ts";
import type { DependentInstance } from "../resources/mod.ts";
import type { RestartMethod, RestartPrograms, Sighting } from "./restart_method.ts";

/** A pid file holds a number and perhaps some lines; whatever is longer is something else. */
const MOST_BYTES = 4096;
/** How often a pid file that nobody seems to stand behind is read again: a daemon that starts has it empty, or still the old one. */
const LOOKS = 5;
/** Milliseconds before the second look; doubled each time, so 3.1 s in all. */
const FIRST_PAUSE = 100;

/** These end a process, so another one has to take its place. */
const ENDING = new Set(["SIGTERM", "SIGINT", "SIGQUIT"]);

/** Waits so many milliseconds. */
export type Pause = (milliseconds: number) => Promise<void>;

/**
 * A process that is named by a pid file. Signals are sent by kill(1): the runtime's own way would need the permission to
 * run every program.
 *
 * The file and the process are looked at before the signal, and the file once more right before it. What cannot be known
 * without /proc is whether a living process is the one that has written the file, or another that was given its number.
 * A file from before the start of the host is never believed, and neither are the numbers 0, 1 and certgate's own.
 *
 * @param pause Waits between looks.
 */
export function restartBySignal(
  { pidFile, signal }: NonNullable<DependentInstance["signal"]>,
  { kill }: RestartPrograms,
  pause: Pause,
): RestartMethod {
  const ends = ENDING.has(signal);
  const lookOnce = async (timeoutMs: number): Promise<Seen> => {
    const found = await readPid(pidFile);
    if (typeof found !== "number") return { ...found, pid: 0 };
    const alive = await ask(kill, "0", found, timeoutMs);
    if (alive === "gone") {
      return { state: "absent", identity: String(found), ...GONE, detail: `process ${found}`, pid: 0 };
    }
    // Another user's process lives too; only the signal itself will be refused.
    if (typeof alive === "object" && alive.reason !== "NotPermitted") {
      return { state: "unknown", identity: null, ...alive, pid: 0 };
    }
    return {
      state: "up",
      identity: ends ? String(found) : null,
      reason: "Restarted",
      detail: "",
      pid: found,
    };
  };
  const look = async (timeoutMs: number): Promise<Seen> => {
    let wait = FIRST_PAUSE;
    for (let n = 1;; n++, wait *= 2) {
      const seen = await lookOnce(timeoutMs);
      if (seen.state === "up" || seen.reason === "NotPermitted" || n === LOOKS) return seen;
      await pause(wait);
    }
  };
  return {
    instance: `signal:${pidFile}`,
    look: async (timeoutMs) => {
      const { pid: _, ...sighting } = await look(timeoutMs);
      return sighting;
    },
    async restart(timeoutMs) {
      for (let n = 1, wait = FIRST_PAUSE;; n++, wait *= 2) {
        const { state, pid, reason, detail } = await look(timeoutMs);
        if (state === "absent") return { kind: "absent", reason, detail };
        if (state !== "up") return { kind: "failed", reason, detail };
        // The file may have been written anew while the process was asked for.
        const same = await readPid(pidFile) === pid;
        const sent = same ? await ask(kill, signal.slice(3), pid, timeoutMs) : "gone";
        if (sent === "sent") return { kind: "done" };
        if (typeof sent === "object") return { kind: "failed", ...sent };
        if (n === LOOKS) return { kind: "absent", ...GONE, detail: `process ${pid}` };
        await pause(wait);
      }
    },
  };
}

type Seen = Sighting & { readonly pid: number };
type Problem = Pick<Sighting, "reason" | "detail">;

const GONE = { reason: "ProcessGone" } as const;

async function readPid(path: string): Promise<number | Omit<Seen, "pid">> {
  const nothing = { identity: null, detail: path } as const;
  try {
    const { mtime, isFile, size, mode } = await Deno.stat(path);
    const unusable = (detail: string) =>
      ({ ...nothing, state: "unknown", reason: "PidFileUnusable", detail }) as const;
    if (!isFile || size > MOST_BYTES) return unusable("it is not a pid file");
    // Whoever writes there says who gets the signal.
    if (((mode ?? 0) & 0o002) !== 0) return unusable("every user may write it");
    const started = Date.now() - Deno.osUptime() * 1000;
    // One written in the first seconds may look older than the start, which is known to the second alone.
    if (mtime !== null && mtime.getTime() < started - 5_000) {
      return {
        ...nothing,
        state: "absent",
        reason: "ProcessGone",
        detail: "it is from before this host started",
      };
    }
    const first = (await Deno.readTextFile(path)).split("\n")[0].trim();
    const pid = /^\d{1,10}$/.test(first) ? Number(first) : NaN;
    if (first === "") return unusable("it is empty");
    if (!(pid > 1) || pid === Deno.pid) return unusable(`it says "${plainLine(first, 40)}"`);
    return pid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ...nothing, state: "absent", reason: "NoPidFile" };
    return { ...nothing, state: "unknown", reason: "PidFileUnusable", detail: (error as Error).message };
  }
}

async function ask(
  kill: string,
  signal: string,
  pid: number,
  timeoutMs: number,
): Promise<"sent" | "gone" | Problem> {
  const args = ["-s", signal, "--", String(pid)];
  const run = await runProgram(kill, args, { timeoutMs, env: { LC_ALL: "C" } });
  if (run.end === "exit" && run.code === 0) return "sent";
  const detail = plainLine(run.error || run.lines.join("; "), 300);
  if (/no such process/i.test(detail)) return "gone";
  if (run.end === "stopped") return { reason: "TimedOut", detail };
  const refused = run.end === "failed" || /not permitted|denied/i.test(detail);
  return { reason: refused ? "NotPermitted" : "CommandFailed", detail };
}
