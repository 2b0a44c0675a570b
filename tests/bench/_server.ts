import { TextLineStream } from "../fakes/text_lines.ts";

/** A server process under measurement. */
export interface BenchServer {
  readonly target: string;
  /** Peak resident memory so far, in MiB (VmHWM). */
  peakMib(): Promise<number>;
  /** Resident memory now, in MiB, and CPU seconds used so far. */
  usage(): Promise<{ mib: number; cpuSeconds: number }>;
  stop(): Promise<void>;
}

// Thousands of policy objects are read before the first call is answered.
const PATIENCE = 180_000;
/** What `deno task run` starts with; the floor gets the same. */
export const V8_FLAGS = "--v8-flags=--max-semi-space-size=1,--max-old-space-size=512";

/** Starts the echo that ratios are measured against. */
export async function startFloor(dir: string): Promise<BenchServer> {
  const socket = `${dir}/floor.sock`;
  return await start(
    ["run", "-A", V8_FLAGS, script("floor_server.ts"), socket],
    `unix:${socket}`,
    "stdout",
    "ready",
  );
}

/** Starts the agent, with an empty state directory. */
export async function startCertgate(
  dir: string,
  envoy: string,
  more: readonly string[] = [],
): Promise<BenchServer> {
  const socket = `${dir}/hook.sock`;
  const config = `${dir}/config.yaml`;
  await Deno.writeTextFile(
    config,
    [
      `hook: { listen: "unix://${socket}", maxMessageSize: 1073741824, deadline: 60000 }`,
      `http: { listen: "127.0.0.1:0" }`,
      `stateDir: ${dir}/state`,
      `envoy: { path: "${envoy}" }`,
      "log: { level: info }",
      ...more,
    ].join("\n"),
  );
  const main = new URL("../../main.ts", import.meta.url).pathname;
  return await start(
    ["run", "-A", V8_FLAGS, main, "run", "-c", config],
    `unix:${socket}`,
    "stderr",
    "certgate is ready",
  );
}

function script(name: string): string {
  return new URL(name, import.meta.url).pathname;
}

async function start(
  args: string[],
  target: string,
  stream: "stdout" | "stderr",
  sign: string,
): Promise<BenchServer> {
  const other = stream === "stdout" ? "stderr" : "stdout";
  const command = new Deno.Command(
    Deno.execPath(),
    { args, [stream]: "piped", [other]: "inherit" } as Deno.CommandOptions,
  );
  const child = command.spawn();
  const lines = child[stream].pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
  for (;;) {
    const { value, done } = await lines.read();
    if (done) throw new Error(`Cannot start ${args.join(" ")}: it ended before it was ready`);
    if (value.includes(sign)) break;
  }
  clearTimeout(timer);
  const drained = drain(lines);
  return {
    target,
    async peakMib() {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
    async usage() {
      const status = await Deno.readTextFile(`/proc/${child.pid}/status`);
      // After the name in parentheses: state is field 3, user and system time are 14 and 15, in ticks of 10 ms.
      const fields = (await Deno.readTextFile(`/proc/${child.pid}/stat`)).replace(/^.*\) /, "").split(" ");
      return {
        mib: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
        cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
      };
    },
    async stop() {
      child.kill("SIGTERM");
      await child.status;
      await drained;
    },
  };
}

async function drain(lines: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await lines.read()).done);
}
