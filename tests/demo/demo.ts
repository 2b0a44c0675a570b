/**
 * `deno task demo`: a real Envoy with and without certgate, side by side; with `--plain` an Envoy that asks certgate itself
 * for certificates. See `readFlags()` for the flags.
 *
 * @module
 */
import { install } from "../setup/install.ts";
import { play, type Stage } from "./play.ts";
import { playPlain } from "./play_plain.ts";
import { type Flags, readFlags } from "./read_flags.ts";
import { conclude, renderTable } from "./report.ts";

const say = (line: string) => console.log(line);

/** Everything that was started, stopped once, the last first. */
class Stops {
  #stops: (() => Promise<void> | void)[] = [];
  #over = false;

  keep(stop: () => Promise<void> | void): void {
    this.#stops.push(stop);
    // Started while everything else was being stopped already.
    if (this.#over) void this.all();
  }

  async all(): Promise<void> {
    this.#over = true;
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        console.error(`Cannot stop a part of the demo: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
}

/** Plays the demo. Returns the exit code, everything still running. */
async function main(flags: Flags, stops: Stops): Promise<number> {
  const envoy = await install("envoy", { say });
  if (envoy.path === null) {
    console.error(`Cannot start the demo: Envoy is missing: ${envoy.why}`);
    return 1;
  }
  const folder = Deno.makeTempDirSync({ prefix: "certgate-demo-" });
  stops.keep(() => Deno.removeSync(folder, { recursive: true }));
  const keep = (stop: () => Promise<void> | void) => stops.keep(stop);
  const stage = { envoy: envoy.path, good: flags.hosts, folder, say, keep };
  if (flags.plain) return await mainPlain(stage, flags);
  const played = await play(stage);
  const { words, kept } = conclude(played.results);
  say(`\n${renderTable(played.results)}\n\n${words}`);
  if (flags.once) return kept ? 0 : 1;
  const trust = `${folder}/demo-ca.pem`;
  Deno.writeTextFileSync(trust, played.trust);
  const host = played.results.hosts.find(({ flaw }) => flaw === null)!.pair.host;
  say(`
Everything of the second run stays up until Ctrl-C:
  status   http://${played.http}/readyz
  metrics  http://${played.http}/metrics
  Envoy    http://${played.admin}
  a host   curl --cacert ${trust} --resolve ${host}:${played.port}:127.0.0.1 https://${host}:${played.port}/`);
  return 0;
}

/** The demo with an Envoy alone. */
async function mainPlain(stage: Stage, { once }: Flags): Promise<number> {
  const { kept, port, trust, http, admin, host, config } = await playPlain(stage);
  if (once) return kept ? 0 : 1;
  const file = `${stage.folder}/demo-ca.pem`;
  Deno.writeTextFileSync(file, trust);
  say(`
Everything stays up until Ctrl-C:
  status   deno run -A main.ts status --config ${config}
  page     http://${http}/
  Envoy    http://${admin}
  a host   curl --cacert ${file} --resolve ${host}:${port}:127.0.0.1 https://${host}:${port}/`);
  return 0;
}

/** Runs the demo until it is over (or, without --once, until Ctrl-C) and stops what it started. */
async function run(flags: Flags): Promise<void> {
  const stops = new Stops();
  const { promise, resolve } = Promise.withResolvers<void>();
  const interrupted = promise.then(() => "interrupted" as const);
  const signals: Deno.Signal[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, resolve);
  let ending: number | "interrupted" = 1;
  try {
    ending = await Promise.race([main(flags, stops), interrupted]);
    if (ending === 0 && !flags.once) await interrupted;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  await stops.all();
  for (const signal of signals) Deno.removeSignalListener(signal, resolve);
  // In the middle of the play something may still wait for what was just stopped: end as the signal would have.
  if (ending === "interrupted") Deno.kill(Deno.pid, "SIGINT");
  else Deno.exitCode = ending;
}

if (import.meta.main) {
  const flags = readFlags(Deno.args);
  if ("error" in flags) {
    console.error(flags.error);
    Deno.exitCode = 2;
  } else {
    await run(flags);
  }
}
