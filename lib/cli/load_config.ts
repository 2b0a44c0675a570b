import {
  type Complaint,
  type Config,
  type ConfigOverride,
  overridesOfEnvironment,
  parseConfig,
} from "../resources/mod.ts";

/** Where the configuration is looked for if nobody names a file. */
export const DEFAULT_CONFIG = "/etc/certgate/config.yaml";

/** The environment variable that names a file. */
export const CONFIG_VARIABLE = "CERTGATE_CONFIG";

/** What the command line says about the configuration. */
export interface ConfigChoice {
  /** The file that the operator named, if any. */
  readonly config?: string;
  /** `KEY=VALUE`, in the order of the command line. */
  readonly set?: readonly string[];
}

/** A configuration with the file it came from; `file` is `null` where there is none. */
export type LoadedConfig =
  | {
    readonly ok: true;
    readonly config: Config;
    readonly file: string | null;
    /** What was set outside of the file: variables first, then the command line. */
    readonly overrides: readonly ConfigOverride[];
  }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/**
 * Loads the configuration: the file, then variables of the environment, then `--set`; the later counts. A file that is
 * named has to be there, on the command line or in `CERTGATE_CONFIG`; the default one may be absent.
 *
 * @param choice What the command line says.
 * @param variable Gives a variable of the environment.
 */
export async function loadConfig(
  choice: ConfigChoice = {},
  variable: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Promise<LoadedConfig> {
  const named = choice.config ?? (variable(CONFIG_VARIABLE) || undefined);
  const path = named ?? DEFAULT_CONFIG;
  let text: string;
  let absent = false;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    absent = error instanceof Deno.errors.NotFound;
    if (named !== undefined || !absent) {
      const message = `Cannot read the configuration: ${(error as Error).message}`;
      return failed(path, message, absent ? "check the path of the configuration file" : hintFor(error));
    }
    text = "";
  }
  const overrides = overridesOfEnvironment(variable);
  for (const assignment of choice.set ?? []) {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (key === undefined) {
      return failed(
        `--set ${assignment}`,
        "Cannot read the assignment: there is no =",
        "write it as --set log.level=debug",
      );
    }
    overrides.push({ key, text: value, from: `--set ${key}` });
  }
  const parsed = parseConfig(text, path, overrides);
  return parsed.ok ? { ok: true, config: parsed.config, file: absent ? null : path, overrides } : parsed;
}

// What install.sh writes is for root and the group certgate alone.
function hintFor(error: unknown): string {
  return error instanceof Deno.errors.PermissionDenied
    ? "run it as root, or as a user who may read that file"
    : "";
}

function failed(file: string, message: string, hint: string): LoadedConfig {
  return { ok: false, complaints: [{ file, line: 0, column: 0, message, hint }] };
}
