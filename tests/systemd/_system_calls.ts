import { type Unit, valueOf } from "./_unit.ts";

/** The sets of system calls that this systemd knows, by name with the `@`. */
export async function readCallSets(): Promise<Map<string, string[]>> {
  const { stdout } = await new Deno.Command("systemd-analyze", {
    args: ["syscall-filter", "--no-pager"],
    env: { SYSTEMD_COLORS: "0", NO_COLOR: "1" },
    stderr: "null",
  }).output();
  const sets = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    if (/^@[\w-]+$/.test(line)) sets.set(line, members = []);
    else if (/^ {4}[@\w-]+$/.test(line)) members.push(line.trim());
    else if (/^[^ ]/.test(line)) members = [];
  }
  return sets;
}

/**
 * What `SystemCallFilter=` comes to (systemd.exec(5)): the first line says whether it lists what is allowed, later ones add
 * and take away; `@default` is always allowed.
 *
 * @returns Names of the calls that are allowed; `null` where all are.
 */
export function allowedCalls(unit: Unit, sets: ReadonlyMap<string, readonly string[]>): string[] | null {
  const lines = unit.get("Service.SystemCallFilter") ?? [];
  if (lines.length === 0) return null;
  if (lines[0].startsWith("~")) {
    throw new Error("A filter that lists what is refused is not what this is for");
  }
  const expand = (name: string): string[] => {
    if (!name.startsWith("@")) return [name];
    const members = sets.get(name);
    if (members === undefined) throw new Error(`There is no set ${name}`);
    return members.flatMap(expand);
  };
  const allowed = new Set(expand("@default"));
  for (const line of lines) {
    const calls = line.replace(/^~/, "").split(/\s+/).flatMap(expand);
    for (const call of calls) line.startsWith("~") ? allowed.delete(call) : allowed.add(call);
  }
  return [...allowed].sort();
}

/** Number of the error that a refused call answers with. */
export function refusalOf(unit: Unit): number {
  const name = valueOf(unit, "SystemCallErrorNumber");
  if (name !== "EPERM") throw new Error(`Expected SystemCallErrorNumber=EPERM: ${name}`);
  return 1;
}
