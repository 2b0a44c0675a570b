/**
 * Where the real programs are that tests need. Looks only, installs nothing: see `install.ts` for that.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A program that some tests need, in one version, or from one version on. */
export interface Tool {
  readonly version: string;
  /** Environment variable that names a binary to be used instead. */
  readonly env: string;
  /** Arguments that make it say its version and end; `null` if there are none, and then an ELF file will do. */
  readonly versionArgs: readonly string[] | null;
  /** Does this output come from the right version? Must be sure: it decides about binaries found on PATH. */
  readonly matches: (output: string) => boolean;
}

export type ToolName =
  | "envoy"
  | "envoy-1.36"
  | "envoy-1.37"
  | "envoy-1.38"
  | "envoy-1.39"
  | "envoy-contrib"
  | "envoy-gateway"
  | "shellcheck"
  | "shfmt"
  | "busybox"
  | "promtool"
  | "pebble"
  | "pebble-challtestsrv"
  | "kubectl"
  | "python3"
  | "systemd-analyze"
  | "systemd-sysusers"
  | "unshare"
  | "deno-old"
  | "denort";

export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  "envoy": {
    version: "1.40.0",
    env: "CERTGATE_ENVOY",
    versionArgs: ["--version"],
    matches: (output) => output.includes("/1.40.0/"),
  },
  // Older ones, for the protocol between Envoy and certgate.
  "envoy-1.36": olderEnvoy("1.36.4"),
  "envoy-1.37": olderEnvoy("1.37.0"),
  "envoy-1.38": olderEnvoy("1.38.3"),
  "envoy-1.39": olderEnvoy("1.39.3"),
  "envoy-contrib": {
    // An Envoy with the Go filter and the Coraza library that it loads; told from the other by being named, no other way.
    version: "1.40.0",
    env: "CERTGATE_TEST_CONTRIB_ENVOY",
    versionArgs: null,
    matches: () => true,
  },
  "envoy-gateway": {
    version: "1.9.0",
    env: "CERTGATE_ENVOY_GATEWAY",
    versionArgs: ["version"],
    matches: (output) => /^ENVOY_GATEWAY_VERSION: v?1\.9\.0$/m.test(output),
  },
  "shellcheck": {
    version: "0.11.0",
    env: "CERTGATE_SHELLCHECK",
    versionArgs: ["--version"],
    // Any shellcheck will do for finding mistakes; the pinned one is only what gets installed.
    matches: (output) => output.includes("ShellCheck"),
  },
  "shfmt": {
    version: "3.14.1",
    env: "CERTGATE_SHFMT",
    versionArgs: ["--version"],
    // Another version may see another form as the right one.
    matches: (output) => /^v?3\.14\.1$/m.test(output),
  },
  "busybox": {
    // Its shell is the one that takes the least; any version will do.
    version: "1.30+",
    env: "CERTGATE_BUSYBOX",
    versionArgs: ["--help"],
    matches: (output) => output.startsWith("BusyBox v1."),
  },
  "promtool": {
    // Rules and their tests mean the same since then: the Debian package is as good as the newest.
    version: "2.42+",
    env: "CERTGATE_PROMTOOL",
    versionArgs: ["--version"],
    matches: (output) => {
      const [, major, minor] = output.match(/^promtool, version (\d+)\.(\d+)/) ?? [];
      return Number(major) > 2 || Number(major) === 2 && Number(minor) >= 42;
    },
  },
  "pebble": {
    // The ACME server that Let's Encrypt tests clients with.
    version: "2.10.1",
    env: "CERTGATE_PEBBLE",
    versionArgs: ["-version"],
    matches: (output) => /^Pebble version: v?2\.10\.1$/m.test(output),
  },
  "pebble-challtestsrv": {
    // Its name server; it says no version.
    version: "2.10.1",
    env: "CERTGATE_PEBBLE_CHALLTESTSRV",
    versionArgs: null,
    matches: () => true,
  },
  "python3": {
    // What the restrictions of a unit are made with where there is no systemd: libseccomp is part of every systemd.
    version: "3.9+",
    env: "CERTGATE_PYTHON",
    versionArgs: [
      "-c",
      "import ctypes, sys; ctypes.CDLL('libseccomp.so.2'); print(sys.version_info >= (3, 9))",
    ],
    matches: (output) => output === "True\n",
  },
  "systemd-analyze": {
    // From then on it judges a unit without a systemd that runs.
    version: "250+",
    env: "CERTGATE_SYSTEMD_ANALYZE",
    versionArgs: ["--version"],
    matches: (output) => Number(/^systemd (\d+)/.exec(output)?.[1]) >= 250,
  },
  "systemd-sysusers": {
    version: "250+",
    env: "CERTGATE_SYSTEMD_SYSUSERS",
    versionArgs: ["--version"],
    matches: (output) => Number(/^systemd (\d+)/.exec(output)?.[1]) >= 250,
  },
  "unshare": {
    // With the right to use it: root, in mount namespaces of its own.
    version: "2.30+",
    env: "CERTGATE_UNSHARE",
    versionArgs: ["--mount", "echo", "mounts are its own"],
    matches: (output) => output === "mounts are its own\n" && Deno.uid() === 0,
  },
  "kubectl": {
    // Kustomize 5 is in it from then on; an older one renders components in another way.
    version: "1.27+",
    env: "CERTGATE_KUBECTL",
    versionArgs: ["version", "--client"],
    matches: (output) => /^Kustomize Version: v5\./m.test(output),
  },
  "deno-old": {
    // Compiles for a base runtime that is named by hand, which has to be of its own version.
    version: "2.7.11",
    env: "CERTGATE_DENO_OLD",
    versionArgs: ["--version"],
    matches: (output) => output.startsWith("deno 2.7.11 "),
  },
  "denort": {
    // What a binary consists of besides certgate. One that is named is of the version of deno-old and says nothing by
    // itself; otherwise what is in the cache is a program made with the one that this Deno fetches.
    version: Deno.version.deno,
    env: "CERTGATE_DENORT",
    versionArgs: null,
    matches: () => true,
  },
};

function olderEnvoy(version: string): Tool {
  const env = `CERTGATE_ENVOY_${version.split(".").slice(0, 2).join("_")}`;
  return { version, env, versionArgs: ["--version"], matches: (output) => output.includes(`/${version}/`) };
}

/** Folder of installed programs: `CERTGATE_CACHE`, else `.cache` in the checkout. */
export function cacheFolder(): string {
  return Deno.env.get("CERTGATE_CACHE") || fileURLToPath(new URL("../../.cache", import.meta.url));
}

/** Where the installed copy of a tool stands, or will stand. */
export function cachedPath(name: ToolName): string {
  return join(cacheFolder(), `${name}-${TOOLS[name].version}`, name);
}

const found = new Map<string, string | null>();

/**
 * The path of a program in the right version, or `null`. Installs nothing.
 *
 * Looks at the tool's environment variable (which then has the last word), the cache folder, and `PATH`. A binary on
 * `PATH` is asked for its version; one in the cache was asked when it was installed.
 */
export function toolPath(name: ToolName): string | null {
  const named = Deno.env.get(TOOLS[name].env);
  const key = [name, named, cacheFolder(), Deno.env.get("PATH")].join("\0");
  // Only a hit is remembered: set-up may install the program later in the same process.
  const known = found.get(key);
  if (known !== undefined && known !== null) return known;
  const path = named ? (existsSync(named) ? named : null) : (inCache(name) ?? onPath(name));
  found.set(key, path);
  return path;
}

function inCache(name: ToolName): string | null {
  const path = cachedPath(name);
  return existsSync(path) ? path : null;
}

function onPath(name: ToolName): string | null {
  // What cannot be asked cannot be told from something else of that name.
  if (TOOLS[name].versionArgs === null) return null;
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (folder !== "" && existsSync(path) && TOOLS[name].matches(versionOutput(name, path))) return path;
  }
  return null;
}

/** What the program prints about its version; empty if it cannot be run. */
export function versionOutput(name: ToolName, path: string): string {
  const { versionArgs } = TOOLS[name];
  try {
    if (versionArgs === null) return isElf(path) ? "ELF" : "";
    const { success, stdout } = new Deno.Command(path, {
      args: [...versionArgs],
      stdout: "piped",
      stderr: "null",
      stdin: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout) : "";
  } catch {
    return "";
  }
}

function isElf(path: string): boolean {
  const head = new Uint8Array(4);
  using file = Deno.openSync(path);
  file.readSync(head);
  return head.toHex() === "7f454c46";
}
