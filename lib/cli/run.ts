import { type Agent, Service, startAgent } from "../agent.ts";
import { openLog, openSystemd } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import { type Config, showComplaint } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import type { Faults } from "../server/mod.ts";
import type { ConfigChoice } from "./load_config.ts";
import { loadUsableConfig } from "./load_usable_config.ts";
import { readFaults } from "./read_faults.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { RELEASED, REVISION, VERSION } from "./version.ts";

/** Options of `certgate run`. */
export interface RunOptions extends ConfigChoice {
  /** Faults to inject, see {@linkcode Faults.parse}; only for tests. */
  readonly fault?: readonly string[];
}

/**
 * `certgate run`: the agent, until SIGTERM or SIGINT. SIGHUP reads the configuration again, all or nothing.
 *
 * A service manager that wants to know (`NOTIFY_SOCKET`) is told how it is, also why it does not start.
 *
 * @param choice What the command line says about the configuration.
 * @returns 0 after a clean stop, 2 for a wrong configuration, 3 if it cannot start, 4 if another one is running.
 */
export async function run(choice: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const faults = readFaults(choice.fault ?? [], (name) => Deno.env.get(name));
  if ("problem" in faults) {
    terminal.err(errorLines(faults.problem, faults.hint));
    return EXIT.usage;
  }
  // Signals are taken before anything is opened: one that comes early is a wish too.
  const signals = listenForSignals();
  const loaded = await loadUsableConfig(choice);
  const log = openLog(loaded.ok ? loaded.config.log.level : "info");
  const directory = loaded.ok ? loaded.config.stateDir : undefined;
  const service = new Service(await openSystemd((name) => Deno.env.get(name), { directory, log }));
  try {
    if (loaded.ok) return await serve(loaded.config, { choice, faults, service, signals, log, terminal });
    for (const complaint of loaded.complaints) {
      terminal.err(errorLines(showComplaint(complaint), complaint.hint));
    }
    service.failed("usage", loaded.complaints.map(showComplaint).join("; "));
    return EXIT.usage;
  } finally {
    await service.close();
    signals.close();
    log.close();
  }
}

interface Serving {
  readonly choice: ConfigChoice;
  readonly faults: Faults;
  readonly service: Service;
  readonly signals: AsyncIterable<Signal>;
  readonly log: Log;
  readonly terminal: Terminal;
}

async function serve(
  config: Config,
  { choice, faults, service, signals, log, terminal }: Serving,
): Promise<ExitCode> {
  const agent = await startAgent(config, {
    version: VERSION,
    revision: REVISION,
    released: RELEASED,
    log,
    clock: Date.now,
    faults,
  });
  if (agent.kind !== "agent") {
    terminal.err(errorLines(agent.message, agent.hint));
    service.failed(agent.kind, agent.message);
    return agent.kind === "busy" ? EXIT.busy : EXIT.failed;
  }
  service.serves(agent);
  for await (const signal of signals) {
    if (signal !== "SIGHUP") break;
    await service.reload(() => reload(agent, choice, log));
  }
  service.stops();
  await agent.stop();
  return EXIT.ok;
}

async function reload(agent: Agent, choice: ConfigChoice, log: Log): Promise<void> {
  const loaded = await loadUsableConfig(choice);
  if (loaded.ok) {
    await agent.reload(loaded.config);
    return;
  }
  agent.reloadFailed();
  for (const complaint of loaded.complaints) {
    log.error("the configuration is wrong, the one in use stays", {
      place: showComplaint({ ...complaint, message: "" }).replace(/: $/, ""),
      problem: complaint.message,
      hint: complaint.hint,
    });
  }
}

type Signal = "SIGTERM" | "SIGINT" | "SIGHUP";

function listenForSignals(): AsyncIterable<Signal> & { close(): void } {
  const pending: Signal[] = [];
  let wake = () => {};
  const handlers = (["SIGTERM", "SIGINT", "SIGHUP"] as const).map((signal) => {
    const handler = () => {
      pending.push(signal);
      wake();
    };
    Deno.addSignalListener(signal, handler);
    return [signal, handler] as const;
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (pending.length > 0) yield pending.shift()!;
        await new Promise<void>((resolve) => wake = resolve);
      }
    },
    close() {
      for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
