import { plainLine, type Run, runProgram } from "../host/mod.ts";
import type { DependentInstance } from "../resources/mod.ts";
import type { Attempt, RestartMethod, RestartPrograms, Sighting } from "./restart_method.ts";

/**
 * A unit, through `systemctl`. Only one that runs is restarted (`try-restart`): a unit that somebody has stopped stays
 * stopped, and reads the new authority when it starts.
 *
 * Each run of a unit has an invocation id of its own, so after a crash it is known whether the restart took place; a
 * reload shows in the time of the last change of state.
 */
export function restartBySystemd(
  { unit, action }: NonNullable<DependentInstance["systemd"]>,
  { systemctl }: RestartPrograms,
): RestartMethod {
  return {
    instance: `systemd:${unit}`,
    async look(timeoutMs) {
      const wanted = "--property=LoadState,ActiveState,InvocationID,StateChangeTimestampMonotonic";
      const run = await runProgram(systemctl, ["show", wanted, "--", unit], { timeoutMs });
      if (run.end !== "exit" || run.code !== 0) {
        return { state: "unknown", identity: null, ...problemOf(run) };
      }
      return sighting(run.stdout, action);
    },
    async restart(timeoutMs): Promise<Attempt> {
      const verb = action === "restart" ? "try-restart" : "reload";
      const args = ["--no-ask-password", verb, "--", unit];
      const run = await runProgram(systemctl, args, { timeoutMs });
      if (run.end === "exit" && run.code === 0) return { kind: "done" };
      return { kind: "failed", ...problemOf(run) };
    },
  };
}

function sighting(text: string, action: "restart" | "reload"): Sighting {
  const facts = new Map(
    text.split("\n").map((line) => {
      const [name, ...value] = line.split("=");
      return [name, value.join("=")] as const;
    }),
  );
  const load = facts.get("LoadState") ?? "";
  if (load === "not-found" || load === "masked") {
    return { state: "missing", identity: null, reason: "UnitNotFound", detail: `it is ${load}` };
  }
  const run = facts.get("InvocationID") ?? "";
  const changed = facts.get("StateChangeTimestampMonotonic") ?? "";
  const identity = action === "restart" ? run : `${run}/${changed}`;
  const active = facts.get("ActiveState") ?? "";
  const detail = `it is ${plainLine(active, 40) || "in no known state"}`;
  if (active === "active") return { state: "up", identity, reason: "Restarted", detail: "" };
  if (active === "inactive" || active === "failed") {
    return { state: "absent", identity, reason: "UnitNotRunning", detail };
  }
  return { state: "changing", identity, reason: "UnitNotRunning", detail };
}

function problemOf(run: Run): Pick<Sighting, "reason" | "detail"> {
  if (run.end === "stopped") return { reason: "TimedOut", detail: run.error };
  if (run.end === "failed") return { reason: "NotPermitted", detail: run.error };
  const words = plainLine(run.lines.filter((line) => line !== "").join("; "), 300);
  // What systemctl answers where polkit says no.
  const refused = /access denied|interactive authentication|not authorized|permission denied/i.test(words);
  return {
    reason: refused ? "NotPermitted" : "CommandFailed",
    detail: words || `systemctl ended with ${run.code}`,
  };
}
