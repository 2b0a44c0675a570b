import { join } from "node:path";
import { FakeServiceManager } from "../fakes/service_manager.ts";

const PROGRAMS = {
  main: new URL("../../main.ts", import.meta.url).pathname,
  hanging: new URL("./hanging_agent.ts", import.meta.url).pathname,
};

/** certgate as a service manager starts it, and what the manager hears. */
export interface Service {
  readonly dir: string;
  readonly manager: FakeServiceManager;
  /** The process; not known before {@linkcode Service.start}. */
  start(): Deno.ChildProcess;
  /** Writes the configuration anew. */
  configure(more: string): void;
  /** Kills what still runs, and waits for its end. */
  end(): Promise<void>;
}

/** How {@linkcode withService} starts it. */
export interface ServiceOptions {
  readonly socket?: "path" | "abstract";
  readonly program?: keyof typeof PROGRAMS;
  /** Milliseconds. */
  readonly watchdog?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Gives a test a service in a directory of its own; both are gone afterwards. */
export async function withService(
  { socket = "path", program = "main", watchdog, environment = {} }: ServiceOptions,
  use: (service: Service) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const name = socket === "path" ? join(dir, "notify") : `@certgate-test-${crypto.randomUUID()}`;
  const manager = new FakeServiceManager(name);
  let child: Deno.ChildProcess | null = null;
  let ended = true;
  const configure = (more: string) =>
    Deno.writeTextFileSync(join(dir, "config.yaml"), `${baseConfig(dir)}${more}\n`);
  configure("");
  await Deno.mkdir(join(dir, "run"));
  const service: Service = {
    dir,
    manager,
    configure,
    start() {
      child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", PROGRAMS[program], "run", "--config", join(dir, "config.yaml")],
        stdin: "null",
        stdout: "null",
        stderr: "null",
        env: {
          NOTIFY_SOCKET: name,
          RUNTIME_DIRECTORY: join(dir, "run"),
          ...watchdog === undefined ? {} : { WATCHDOG_USEC: String(watchdog * 1000) },
          ...environment,
        },
      }).spawn();
      ended = false;
      void child.status.then(() => ended = true);
      return child;
    },
    async end() {
      if (child === null || ended) return;
      child.kill("SIGKILL");
      await child.status;
    },
  };
  try {
    await use(service);
  } finally {
    await service.end();
    await manager.close();
    await Deno.remove(dir, { recursive: true });
  }
}

function baseConfig(dir: string): string {
  return [
    `hook: { listen: "unix://${dir}/hook.sock", deadline: 1000 }`,
    'http: { listen: "127.0.0.1:0" }',
    `stateDir: ${dir}/state`,
    "envoy: { path: none, admin: none }",
    "",
  ].join("\n");
}
