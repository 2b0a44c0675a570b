import { fileURLToPath } from "node:url";
import { freePort } from "../e2e/harness/ports.ts";
import { Program } from "../e2e/harness/process.ts";
import { until } from "../e2e/harness/wait.ts";
import type { Stage } from "./play.ts";

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));

/** A running `certgate run`. */
export interface RunningCertgate {
  /** Path of the hook's Unix socket. */
  readonly socket: string;
  /** `host:port` of status and metrics. */
  readonly http: string;
  /** Path of its configuration. */
  readonly config: string;
}

/**
 * Starts `certgate run` of this checkout and waits until it says that it is ready.
 *
 * @param more Lines of its configuration besides those that it cannot do without here.
 */
export async function startCertgate(
  stage: Pick<Stage, "envoy" | "folder" | "keep">,
  { envoy = "", more = [] }: { readonly envoy?: string; readonly more?: readonly string[] } = {},
): Promise<RunningCertgate> {
  const socket = `${stage.folder}/hook.sock`;
  const http = `127.0.0.1:${freePort()}`;
  const config = `${stage.folder}/certgate.yaml`;
  Deno.writeTextFileSync(
    config,
    [
      `hook: { listen: "unix://${socket}" }`,
      `http: { listen: "${http}" }`,
      `stateDir: "${stage.folder}/state"`,
      `envoy: { path: "${stage.envoy}"${envoy} }`,
      ...more,
      ``,
    ].join("\n"),
  );
  const program = new Program(Deno.execPath(), {
    args: ["run", "-A", MAIN, "run", "--config", config],
    log: `${stage.folder}/certgate.log`,
  });
  stage.keep(() => program.stop());
  await until("certgate is ready", async () => {
    if (!program.running) throw new Error(`certgate has ended: ${await program.output()}`);
    const response = await fetch(`http://${http}/readyz`, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  }, { within: 20_000 });
  return { socket, http, config };
}

/** Runs a command of this checkout to its end; what it prints. */
export async function certgate(...args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", MAIN, ...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  if (!success) throw new Error(`certgate ${args[0]} has failed: ${text.decode(stderr)}`);
  return text.decode(stdout);
}
