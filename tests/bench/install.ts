/**
 * `deno task bench:install`: from an empty root to a running certgate by one line, with a real release on loopback and a
 * systemctl that starts the binary. What a network costs is not in it.
 *
 * `--write` puts the figures and the machine into docs/performance.md.
 */
import { join } from "node:path";
import { readProject, ROOT } from "../../release/project.ts";
import { runTool } from "../../release/run_tool.ts";
import { FakeHost, freePorts, ReleaseServer } from "../e2e/harness/mod.ts";
import { toolPath } from "../setup/tools.ts";
import { writeFigures } from "./_docs.ts";

const ROUNDS = 7;

/** Makes a release for this machine, with the Deno that fits the base runtime there is; returns its version. */
async function makeRelease(folder: string): Promise<string> {
  const denort = Deno.env.get("CERTGATE_DENORT");
  const compiler = denort ? toolPath("deno-old") : Deno.execPath();
  if (compiler === null) {
    throw new Error("deno-old is missing, which fits the base runtime: see deno task setup");
  }
  await runTool(compiler, [
    "run",
    "-A",
    "--quiet",
    "release/release.ts",
    "--target",
    Deno.build.target,
    "--out",
    folder,
  ], {
    cwd: ROOT,
    env: denort ? { DENORT_BIN: denort } : {},
  });
  return await runTool(compiler, ["eval", "console.log(Deno.version.deno)"], {});
}

/** Installs once on an empty host; returns milliseconds until the line had ended, with certgate ready. */
async function install(root: string, server: ReleaseServer, version: string): Promise<number> {
  const [http, hook] = freePorts(2).map((port) => `127.0.0.1:${port}`);
  const host = await FakeHost.make(root, http, {
    CERTGATE_HTTP_LISTEN: http,
    // The oldest base runtime that can be had everywhere knows no gRPC on Unix sockets.
    CERTGATE_HOOK_LISTEN: `tcp://${hook}`,
    CERTGATE_STATE_DIR: `${root}/var/lib/certgate`,
  });
  try {
    const started = performance.now();
    const { code, output } = await host.installByOneLine(server.base, version);
    const ms = performance.now() - started;
    if (code !== 0) throw new Error(output);
    return ms;
  } finally {
    await host.stop();
  }
}

async function measure(folder: string): Promise<string> {
  const runtime = (await makeRelease(`${folder}/dist`)).trim();
  const { version } = await readProject();
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "amd64";
  const { size } = await Deno.stat(join(folder, "dist", `certgate_${version}_linux_${arch}.tar.gz`));
  const server = new ReleaseServer(version, `${folder}/dist`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    times.push(await install(`${folder}/host${round}`, server, version));
  }
  await server.stop();
  times.sort((a, b) => a - b);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const [load] = Deno.loadavg();
  // Whoever reads the figure has to know that the machine had other work.
  const busy = load > navigator.hardwareConcurrency * 1.5
    ? ` The machine was busy: load ${load.toFixed(0)}.`
    : "";
  return `- An archive of ${
    (size / 1e6).toFixed(0)
  } MB (base runtime ${runtime}) over loopback, from an empty root to ready ` +
    `by one line: median ${seconds(times[ROUNDS >> 1])}, at most ${
      seconds(times[ROUNDS - 1])
    } of ${ROUNDS}.${busy}`;
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "certgate-bench-" });
  try {
    const text = await measure(folder);
    console.log(text);
    if (Deno.args.includes("--write")) await writeFigures("install", text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
