import { dirname } from "node:path";
import type { AgentStatus } from "../../../lib/server/mod.ts";
import type { GateStatus } from "../../../lib/model/mod.ts";
import { parseSamples, type Samples } from "./metrics.ts";
import { freePort } from "./ports.ts";
import { Program } from "./process.ts";
import { Hopeless, until } from "./wait.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).href;
const BUILT = Deno.env.get("CERTGATE_PROGRAM");
const COMMAND = { path: BUILT ?? Deno.execPath(), args: BUILT === undefined ? ["run", "-A", MAIN] : [] };

/** Keys of certgate's configuration that a test sets; the harness has the rest. */
export interface GateSettings {
  /** Keys of `gate`. */
  readonly gate?: Readonly<Record<string, unknown>>;
  /** Keys of `watch`. */
  readonly watch?: Readonly<Record<string, unknown>>;
  /** Keys of the first level. */
  readonly top?: Readonly<Record<string, unknown>>;
}

/** Where the gate reads and writes. */
export interface GatePlaces extends GateSettings {
  readonly resources: string;
  readonly published: string;
  readonly volumes: string;
}

/** What one run of certgate has that others of the same bed have not. */
export interface RunWishes {
  /** Keys of the first level; of those of `policy`, `paths` is the directory of the bed. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What goes wrong inside it, as `--fault` says it. */
  readonly faults?: readonly string[];
}

/** What a command has written, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where one certgate keeps its things. */
export interface CertgatePlaces extends RunWishes {
  readonly directory: string;
  /** Path of the hook's Unix socket. */
  readonly socket: string;
  /** Path of the Envoy binary that confirms verdicts. */
  readonly envoy: string;
  readonly gate: GatePlaces | null;
  /** Directory of policy objects. */
  readonly policies?: string;
}

/** A `certgate run` of this checkout, or of the built program that `CERTGATE_PROGRAM` names. */
export class Certgate {
  readonly #program: Program;
  readonly #http: string;
  readonly #file: string;

  private constructor(program: Program, http: string, file: string) {
    this.#program = program;
    this.#http = http;
    this.#file = file;
  }

  /** A `certgate run` that somebody else has started, with the HTTP address and the configuration that it has. */
  static of(program: Program, http: string, file: string): Certgate {
    return new Certgate(program, http, file);
  }

  /** Starts certgate and does not wait. State of an earlier one in the same directory is kept. */
  static async launch(places: CertgatePlaces): Promise<Certgate> {
    const http = `127.0.0.1:${freePort()}`;
    const file = `${places.directory}/certgate.yaml`;
    await Deno.writeTextFile(file, JSON.stringify(configuration(places, http), null, 1));
    const faults = places.faults ?? [];
    const program = new Program(COMMAND.path, {
      args: [...COMMAND.args, "run", "--config", file, ...faults.flatMap((fault) => ["--fault", fault])],
      ...(faults.length === 0 ? {} : { env: { CERTGATE_TEST_FAULTS: "1" } }),
      // A built certgate may write where it is started, and in a few places of a real host.
      cwd: places.directory,
      log: `${places.directory}/certgate.log`,
    });
    return new Certgate(program, http, file);
  }

  /** Waits until `/readyz` answers 200. */
  async ready(): Promise<void> {
    await until("certgate is ready", async () => {
      if (!this.#program.running) throw new Hopeless(`certgate has ended: ${await this.#program.output()}`);
      const response = await fetch(`http://${this.#http}/readyz`, { signal: AbortSignal.timeout(2000) });
      await response.body?.cancel();
      return response.ok;
    }, { within: 30_000 });
  }

  /** The present samples of `/metrics`. */
  async metrics(): Promise<Samples> {
    const response = await fetch(`http://${this.#http}/metrics`, { signal: AbortSignal.timeout(5000) });
    return parseSamples(await response.text());
  }

  /** What `/v1/status` says. */
  async status(): Promise<AgentStatus> {
    const response = await fetch(`http://${this.#http}/v1/status`, { signal: AbortSignal.timeout(5000) });
    return await response.json();
  }

  /**
   * The gate's part of `/v1/status`.
   *
   * @throws {Error} if the gate is off or has not looked yet.
   */
  async gate(): Promise<GateStatus> {
    const { gate } = await this.status();
    if (gate === null) throw new Error("The status has no gate");
    return gate;
  }

  /** Changes keys of the first level and has the configuration read again; does not wait until it has been. */
  async reconfigure(keys: Readonly<Record<string, unknown>>): Promise<void> {
    const present = JSON.parse(await Deno.readTextFile(this.#file));
    await Deno.writeTextFile(this.#file, JSON.stringify({ ...present, ...keys }, null, 1));
    this.#program.signal("SIGHUP");
  }

  /** Runs another command of certgate with the same configuration, e.g. `status`. */
  async command(...args: string[]): Promise<CommandResult> {
    return await runCertgate([...args, "--config", this.#file], dirname(this.#file));
  }

  /** Process id, for as long as it runs. */
  get pid(): number {
    return this.#program.pid;
  }

  /** Whether it has not ended. */
  get running(): boolean {
    return this.#program.running;
  }

  /** The log so far: one JSON object a line. */
  async log(): Promise<Record<string, unknown>[]> {
    const lines = (await this.#program.output()).split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line));
  }

  /** Ends certgate in order. */
  async stop(): Promise<void> {
    await this.#program.stop();
  }

  /** Ends certgate with SIGKILL: nothing of its own runs any more. */
  async kill(): Promise<void> {
    await this.#program.stop("SIGKILL");
  }
}

/** Runs a command of certgate in a directory, below which a built one may write. */
export async function runCertgate(args: readonly string[], cwd: string): Promise<CommandResult> {
  const { code, stdout, stderr } = await new Deno.Command(COMMAND.path, {
    args: [...COMMAND.args, ...args],
    env: { NO_COLOR: "1" },
    cwd,
    signal: AbortSignal.timeout(180_000),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** The configuration of a certgate in these places, as an object; every JSON text is also YAML. */
export function configuration(places: CertgatePlaces, http: string): Record<string, unknown> {
  const { directory, socket, envoy, gate, policies } = places;
  const { hook, policy, ...settings } = places.settings ?? {};
  const base = {
    hook: { listen: `unix://${socket}`, ...object(hook) },
    http: { listen: http },
    stateDir: `${directory}/certgate-state`,
    envoy: { path: envoy, admin: "auto", runtimeDir: `${directory}/run` },
    ...settings,
    ...(policy === undefined ? {} : { policy: { paths: [policies], ...object(policy) } }),
  };
  if (gate === null) return base;
  return {
    ...base,
    sources: ["secrets", "letsencrypt/live"].map((folder) => ({
      path: `${gate.volumes}/${folder}/*`,
      namespace: "default",
    })),
    gate: { resources: gate.resources, output: gate.published, ...gate.gate },
    ...(gate.watch === undefined ? {} : { watch: gate.watch }),
    ...gate.top,
  };
}

const object = (value: unknown) => value as Record<string, unknown> | undefined;
