import { Backend } from "../e2e/harness/backend.ts";
import { freePort } from "../e2e/harness/ports.ts";
import type { Program } from "../e2e/harness/process.ts";
import { until } from "../e2e/harness/wait.ts";
import { AdsServer } from "./ads_server.ts";
import { askHook } from "./ask_hook.ts";
import { makeHosts } from "./make_hosts.ts";
import { type DemoHost, type Outcome, probeAll } from "./outcome.ts";
import type { Results } from "./report.ts";
import { endpoints, makeSnapshot, type Snapshot } from "./snapshot.ts";
import { startCertgate } from "./start_certgate.ts";
import { type RunningEnvoy, startEnvoy } from "./start_envoy.ts";

/** What the demo needs from outside. */
export interface Stage {
  readonly envoy: string;
  /** Good hosts. */
  readonly good: number;
  /** An empty folder of the demo's own. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Takes what has to be stopped at the end, whatever happens; the last one is stopped first. */
  readonly keep: (stop: () => Promise<void> | void) => void;
}

/** The results, and where to look while everything still runs. */
export interface Played {
  readonly results: Results;
  readonly port: number;
  readonly trust: string;
  /** `host:port` of certgate's status and metrics. */
  readonly http: string;
  /** `host:port` of the admin interface of the Envoy behind certgate. */
  readonly admin: string;
}

/** Both runs, one after the other on the same port. Everything of the second still runs when it returns. */
export async function play(stage: Stage): Promise<Played> {
  const { say, keep } = stage;
  const backend = new Backend();
  keep(() => backend.stop());
  say(`Making ${stage.good} good certificates and one of each kind that Envoy refuses`);
  const { hosts, trust } = await makeHosts(stage.good);
  const port = freePort();
  const snapshot = makeSnapshot(hosts.map(({ pair }) => pair), port);
  const scene = { stage, hosts, trust, port, backend: backend.port };

  say("Run 1: the snapshot goes straight to a fresh Envoy");
  const bare = await run(scene, snapshot, "without");
  await bare.stop();

  say("Run 2: the same snapshot goes through certgate to a fresh Envoy");
  const certgate = await startCertgate(stage);
  const answer = await askHook(certgate.socket, snapshot);
  say(`  certgate took ${gone(snapshot, answer)} of ${snapshot.secrets.length} certificates out`);
  const guarded = await run(scene, answer, "with");
  return {
    results: { hosts, without: bare.outcomes, withHook: guarded.outcomes },
    port,
    trust,
    http: certgate.http,
    admin: guarded.envoy.admin.address,
  };
}

interface Scene {
  readonly stage: Stage;
  readonly hosts: readonly DemoHost[];
  readonly trust: string;
  readonly port: number;
  readonly backend: number;
}

interface Run {
  readonly outcomes: Outcome[];
  readonly envoy: RunningEnvoy;
  readonly stop: () => Promise<void>;
}

async function run(scene: Scene, snapshot: Snapshot, name: string): Promise<Run> {
  const { stage, hosts, trust, port } = scene;
  const ads = new AdsServer(snapshot, endpoints(scene.backend));
  stage.keep(() => ads.stop());
  const programs: Program[] = [];
  const stopPrograms = async () => {
    for (const program of programs.splice(0)) await program.stop();
  };
  stage.keep(stopPrograms);
  const folder = `${stage.folder}/${name}`;
  const envoy = await startEnvoy(stage.envoy, await ads.listen(), {
    folder,
    keep: (program) => programs.push(program),
  });
  await settled(envoy, ads);
  const outcomes = await probeAll(hosts, port, trust);
  const served = outcomes.filter(({ kind }) => kind === "served").length;
  stage.say(
    `  Envoy refused ${
      counted(ads.refusals.length, "update")
    } and serves ${served} of ${hosts.length} hostnames`,
  );
  return {
    outcomes,
    envoy,
    stop: async () => {
      await stopPrograms();
      ads.stop();
    },
  };
}

/** A push that Envoy answers takes milliseconds; a second without a word means that it has nothing more to say. */
const QUIET_MS = 1000;

async function settled(envoy: RunningEnvoy, ads: AdsServer): Promise<void> {
  await until("Envoy has taken what it was given", async () => {
    const stats = await envoy.admin.stats("^listener_manager\\.");
    const warming = stats["listener_manager.total_listeners_warming"];
    return ads.quietFor(QUIET_MS) && stats["listener_manager.workers_started"] === 1 && warming === 0;
  }, { within: 20_000 });
}

function gone(before: Snapshot, after: Snapshot): number {
  const left = new Set(after.secrets.map(({ name }) => name));
  return before.secrets.filter(({ name }) => !left.has(name)).length;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
