import { join } from "node:path";
import { allowedCalls, readCallSets, refusalOf } from "./_system_calls.ts";
import { isOn, type Unit, valueOf, wordsOf } from "./_unit.ts";

const CONFINE = new URL("./confine.py", import.meta.url).pathname;
/** socket(2) of Linux. */
const FAMILIES: Readonly<Record<string, number>> = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10 };
/** capabilities(7); only these are given by any of our units. */
const CAPABILITIES: Readonly<Record<string, number>> = { CAP_DAC_READ_SEARCH: 2 };

/** Users and groups of the tests: numbers that nobody else has. */
export const IDS = { user: 64001, group: 64001, keys: 64002, other: 64003 } as const;

/** A host of the test's own, to be seen through the restrictions of a unit. */
export interface ConfinedHost {
  /** Directory of the test. */
  readonly dir: string;
  /** Directories and files of this machine, and where they stand for the service. */
  readonly binds: readonly (readonly [from: string, to: string])[];
  /** Programs of a few lines, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What is tried from inside: a kind of attempt, and what it is about; see `probe` in confine.py. */
export type Probes = Readonly<Record<string, readonly [kind: string, what: string | number]>>;

/** What a unit and a host come to, for confine.py. */
export async function confinementOf(unit: Unit, host: ConfinedHost) {
  const capabilities = (key: string) => wordsOf(unit, key).map((name) => known(CAPABILITIES, name));
  const families = wordsOf(unit, "RestrictAddressFamilies");
  const directories = (key: string, base: string) => wordsOf(unit, key).map((name) => `${base}/${name}`);
  return {
    root: await Deno.makeTempDir({ dir: host.dir }),
    binds: host.binds,
    files: host.files,
    uid: IDS.user,
    gid: IDS.group,
    groups: wordsOf(unit, "SupplementaryGroups").map((name) => known({ "certgate-keys": IDS.keys }, name)),
    directory: valueOf(unit, "WorkingDirectory") ?? "/",
    umask: parseInt(valueOf(unit, "UMask") ?? "0022", 8),
    limits: Object.fromEntries(
      ["NOFILE", "CORE"].flatMap((name) => {
        const value = valueOf(unit, `Limit${name}`);
        return value === undefined ? [] : [[name, Number(value)]];
      }),
    ),
    // Where the key is absent nothing is taken away; where it is empty, everything is.
    bounding: unit.has("Service.CapabilityBoundingSet")
      ? capabilities("CapabilityBoundingSet")
      : Array.from({ length: 64 }, (_, number) => number),
    ambient: capabilities("AmbientCapabilities"),
    noNewPrivileges: isOn(unit, "NoNewPrivileges"),
    readOnly: valueOf(unit, "ProtectSystem") === "strict",
    writable: [
      ...directories("StateDirectory", "/var/lib"),
      ...directories("RuntimeDirectory", "/run"),
      ...wordsOf(unit, "ReadWritePaths").map((path) => path.replace(/^-/, "")),
    ],
    noExec: wordsOf(unit, "NoExecPaths"),
    hidden: isOn(unit, "ProtectHome") ? ["/home", "/root", "/run/user"] : [],
    privateTmp: isOn(unit, "PrivateTmp"),
    proc: [
      valueOf(unit, "ProtectProc") === "invisible" ? "hidepid=invisible" : "",
      valueOf(unit, "ProcSubset") === "pid" ? "subset=pid" : "",
    ].filter(Boolean).join(","),
    families: families.length === 0 ? null : families.map((name) => known(FAMILIES, name)),
    restrictNamespaces: isOn(unit, "RestrictNamespaces"),
    restrictSuid: isOn(unit, "RestrictSUIDSGID"),
    calls: allowedCalls(unit, await readCallSets()),
    error: refusalOf(unit),
  };
}

function known(names: Readonly<Record<string, number>>, name: string): number {
  if (names[name] === undefined) throw new Error(`The tests do not know ${name}`);
  return names[name];
}

/** Starts the unit's own command line under the unit's restrictions. */
export async function startConfined(
  unit: Unit,
  host: ConfinedHost,
  environment: Readonly<Record<string, string>>,
): Promise<Deno.ChildProcess> {
  const [program, ...args] = wordsOf(unit, "ExecStart");
  return spawn({ ...await confinementOf(unit, host), program: [program, ...args], environment }, host.dir);
}

/** Runs another program under the restrictions, to its end. */
export async function runConfined(
  unit: Unit,
  host: ConfinedHost,
  program: readonly string[],
  more: { readonly environment?: Readonly<Record<string, string>>; readonly probes?: Probes } = {},
): Promise<string> {
  const { environment = {}, probes = {} } = more;
  const spec = { ...await confinementOf(unit, host), program, environment, probes };
  const { success, stdout, stderr } = await spawn(spec, host.dir).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`${program} ended badly:\n${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** What each attempt came to: `done`, the name of an error, or what was seen. */
export async function probeConfined(
  unit: Unit,
  host: ConfinedHost,
  probes: Probes,
): Promise<Record<string, string>> {
  return JSON.parse(await runConfined(unit, host, ["probe"], { probes }));
}

function spawn(spec: unknown, dir: string): Deno.ChildProcess {
  const file = join(dir, `confine-${crypto.randomUUID()}.json`);
  Deno.writeTextFileSync(file, JSON.stringify(spec));
  const args = [CONFINE, file];
  return new Deno.Command("python3", { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
}
