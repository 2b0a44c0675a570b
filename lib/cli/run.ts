import { type Agent, startAgent } from "../agent.ts";
import { openLog } from "../host/mod.ts";
import type { Log } from "../model/mod.ts";
import { showComplaint } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import type { ConfigChoice } from "./load_config.ts";
import { loadUsableConfig } from "./load_usable_config.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { RELEASED, REVISION, VERSION } from "./version.ts";

/**
 * `certgate run`: the agent, until SIGTERM or SIGINT. SIGHUP reads the configuration again, all or nothing.
 *
 * @param choice What the command line says about the configuration.
 * @returns 0 after a clean stop, 2 for a wrong configuration, 3 if it cannot start, 4 if another one is running.
 */
export async function run(choice: ConfigChoice, terminal: Terminal): Promise<ExitCode> {
  const loaded = await loadUsableConfig(choice);
  if (!loaded.ok) {
    for (const complaint of loaded.complaints) {
      terminal.err(errorLines(showComplaint(complaint), complaint.hint));
    }
    return EXIT.usage;
  }
  const log = openLog(loaded.config.log.level);
  // Signals are taken before anything is opened: one that comes early is a wish too.
  const signals = listenForSignals();
  try {
    const agent = await startAgent(loaded.config, {
      version: VERSION,
      revision: REVISION,
      released: RELEASED,
      log,
      clock: Date.now,
    });
    if (agent.kind !== "agent") {
      terminal.err(errorLines(agent.message, agent.hint));
      return agent.kind === "busy" ? EXIT.busy : EXIT.failed;
    }
    for await (const signal of signals) {
      if (signal !== "SIGHUP") break;
      await reload(agent, choice, log);
    }
    await agent.stop();
    return EXIT.ok;
  } finally {
    signals.close();
    log.close();
  }
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
