import { DEPENDENT_REASONS } from "../model/mod.ts";
import type { Dependent, DependentInstance } from "../resources/mod.ts";
import { askHealth } from "./dependent_health.ts";
import type { InstanceMarker } from "./dependent_marker.ts";
import type { DependentOptions, InstanceResult } from "./dependent_options.ts";
import { patience } from "./_patience.ts";
import type { Attempt, RestartMethod, Sighting } from "./restart_method.ts";

/** An instance and how it is restarted. */
export interface RollMember {
  readonly instance: DependentInstance;
  readonly method: RestartMethod;
}

/** The roll of one dependent, as an instance needs to know it. */
export interface Roll {
  readonly dependent: Dependent;
  readonly members: readonly RollMember[];
  readonly options: DependentOptions;
  /** What is written down of an instance for this authority. */
  noted(instance: string): InstanceMarker | undefined;
  /** Writes it down, and returns when it cannot get lost any more. */
  note(instance: string, marker: InstanceMarker): Promise<void>;
}

/** How often a restart is tried in one roll, and how long it is waited before the second time; twice that before the third. */
const ATTEMPTS = 3;
const PAUSE = 1_000;
/** Milliseconds for one look at an instance. */
const LOOK = 5_000;

/**
 * Restarts one instance, unless that has been done, and waits until it is healthy. Writes down each step, see
 * `restartDependents()`.
 */
export async function rollInstance(roll: Roll, member: RollMember): Promise<InstanceResult> {
  const result = await tryInstance(roll, member);
  tell(roll, result);
  await noteResult(roll, result);
  return result;
}

/** Leaves one instance for later, and writes that down. */
export async function skipInstance(
  roll: Roll,
  { method: { instance } }: RollMember,
  reason: InstanceResult["reason"],
): Promise<InstanceResult> {
  const result = { instance, outcome: "skipped", reason, detail: "" } as const;
  await noteResult(roll, result);
  return result;
}

async function noteResult(roll: Roll, result: InstanceResult): Promise<void> {
  const { outcome } = result;
  const noted = roll.noted(result.instance) ?? { phase: "none", before: null };
  const phase = outcome === "restarted" || outcome === "absent" ? "done" : noted.phase;
  await roll.note(result.instance, { ...noted, phase, outcome, message: messageOf(result) });
}

function tell(
  { dependent, options: { log } }: Roll,
  { instance, outcome, reason, detail }: InstanceResult,
): void {
  const fields = { dependent: dependent.name, instance };
  const more = { ...fields, reason, detail };
  if (outcome === "restarted") log.info("a dependent was restarted", fields);
  else if (outcome === "absent") log.info("a dependent is not there, so nothing is restarted", more);
  else if (outcome === "held") {
    log.warn("a dependent is not restarted, too few of its instances are up", more);
  } else if (outcome === "unhealthy") {
    log.error("a dependent is not healthy after its restart, its other instances are left alone", more);
  } else log.error("a dependent could not be restarted", more);
}

/** One line about what became of an instance. */
export function messageOf({ reason, detail }: Pick<InstanceResult, "reason" | "detail">): string {
  return detail === "" ? DEPENDENT_REASONS[reason] : `${DEPENDENT_REASONS[reason]}: ${detail}`;
}

async function tryInstance(roll: Roll, member: RollMember): Promise<InstanceResult> {
  const { instance, method } = member;
  const { at } = roll.options;
  const ended = (
    outcome: InstanceResult["outcome"],
    { reason, detail }: Pick<Sighting, "reason" | "detail">,
  ) => ({ instance: method.instance, outcome, reason, detail }) as const;
  const noted = roll.noted(method.instance);
  // One that was begun may be in the middle of it.
  const seen = await lookSettled(roll, member);
  if (noted !== undefined && tookPlace(noted, seen)) return await awaitHealth(roll, member, noted.before);
  if (seen.state === "absent" || seen.state === "missing") return ended("absent", seen);
  if (seen.state === "unknown") return ended("failed", seen);
  const lacking = await lackingUp(roll, member);
  if (lacking !== "") return ended("held", { reason: "TooFewUp", detail: lacking });
  const begun = { before: seen.identity, outcome: "pending", message: "" } as const;
  await roll.note(method.instance, { ...begun, phase: "begun" });
  await at?.(`before restart of ${method.instance}`);
  const attempt = await attempts(roll, member, seen.identity);
  await at?.(`after restart of ${method.instance}`);
  if (attempt.kind === "absent") return ended("absent", attempt);
  if (attempt.kind === "failed") return ended("failed", attempt);
  await roll.note(method.instance, { ...begun, phase: "acted" });
  return await awaitHealth(roll, { instance, method }, seen.identity);
}

/** Whether what was begun has happened: another run of it is there, or the one that was there has ended. */
function tookPlace({ phase, before }: InstanceMarker, seen: Sighting): boolean {
  if (phase === "acted") return true;
  return phase === "begun" && before !== null && (seen.state === "absent" || isAnother(seen, before));
}

const isAnother = ({ identity }: Sighting, before: string | null) =>
  before !== null && identity !== null && identity !== before;

/** Looks until it neither starts nor stops. */
async function lookSettled({ options }: Roll, { instance, method }: RollMember): Promise<Sighting> {
  for (const more of patience(instance.timeout, options)) {
    const seen = await method.look(LOOK);
    if (seen.state !== "changing" || !await more()) return seen;
  }
  return await method.look(LOOK);
}

/** Tries it until it is done; each time it is looked first whether an earlier attempt has worked after all. */
async function attempts(
  roll: Roll,
  { instance, method }: RollMember,
  before: string | null,
): Promise<Attempt> {
  const { fingerprint, log, sleep, signal } = roll.options;
  const about = { dependent: roll.dependent.name, fingerprint };
  for (let n = 1, pause = PAUSE;; n++, pause *= 2) {
    const attempt = await method.restart(instance.timeout, about);
    if (attempt.kind !== "failed" || attempt.reason === "NotPermitted") return attempt;
    if (isAnother(await method.look(LOOK), before)) return { kind: "done" };
    if (n === ATTEMPTS || signal?.aborted) return attempt;
    log.warn("a restart has failed and is tried again", {
      dependent: about.dependent,
      instance: method.instance,
      reason: attempt.reason,
      detail: attempt.detail,
    });
    await sleep(pause, signal).catch(() => {});
  }
}

async function awaitHealth(
  { options }: Roll,
  { instance, method }: RollMember,
  before: string | null,
): Promise<InstanceResult> {
  const result = (outcome: InstanceResult["outcome"], reason: InstanceResult["reason"], detail = "") =>
    ({ instance: method.instance, outcome, reason, detail }) as const;
  let last = result("unhealthy", "Unhealthy");
  for (const more of patience(instance.timeout, options)) {
    const seen = await method.look(LOOK);
    const health = seen.state === "up" ? await askHealth(instance) : "";
    if (seen.state !== "up") last = result("unhealthy", "Unhealthy", messageOf(seen));
    else if (before !== null && seen.identity === before) last = result("unhealthy", "NotRestarted");
    else if (health !== "") last = result("unhealthy", "Unhealthy", health);
    else return result("restarted", "Restarted");
    if (!await more()) break;
  }
  return last;
}

/**
 * Waits until enough of the others are up.
 *
 * @returns Empty if they are, or if this instance is down itself and so cannot be taken down; otherwise who is missing.
 */
async function lackingUp({ dependent, members, options }: Roll, member: RollMember): Promise<string> {
  let lacking = "";
  for (const more of patience(member.instance.timeout, options)) {
    const others = await Promise.all(
      members.filter((one) => one !== member).map(async (one) => ({ one, up: await isUp(one) })),
    );
    // An instance that does not belong to this host is none that could be up.
    const counted = others.filter(({ up }) => up !== null);
    const need = dependent.minUp ?? counted.length;
    const down = others.filter(({ up }) => up !== true).map(({ one }) => one.method.instance);
    if (counted.filter(({ up }) => up).length >= need) return "";
    if (await isUp(member) !== true) return "";
    lacking = `${need} have to stay up, and these are down: ${down.join(", ")}`;
    if (!await more()) break;
  }
  return lacking;
}

/** Whether it is up and healthy; `null` if it does not belong to this host. */
async function isUp({ instance, method }: RollMember): Promise<boolean | null> {
  const { state } = await method.look(LOOK);
  if (state === "missing") return null;
  return state === "up" && await askHealth(instance) === "";
}
