/**
 * What happens where a mutation fails, step by step on one scene. Each starts certgate anew with its faults.
 */
import assert from "node:assert/strict";
import { promised } from "./_expect.ts";
import { ALL_WELL, allWellBut, type Picture, type PlaceName, type Scene } from "./_policy_scene.ts";
import { type Bed, type Certgate, type RunWishes, total, until } from "./harness/mod.ts";

const TUNNELS: readonly PlaceName[] = ["shop/tunnel", "mall/tunnel"];
const HOSTS_OF_TUNNELS: readonly PlaceName[] = [...TUNNELS, "shop/", "mall/"];

/** Exactly what each scope answers with 500 where the connectors' clusters cannot be made. */
const SCOPES: readonly (readonly [scope: string, dark: readonly PlaceName[]])[] = [
  ["route", TUNNELS],
  ["virtualHost", HOSTS_OF_TUNNELS],
  ["listener", [...HOSTS_OF_TUNNELS, "plain/"]],
  ["everything", Object.keys(ALL_WELL) as PlaceName[]],
];

/** Where a failing certgate is put on. */
export interface FailureStage {
  readonly bed: Bed;
  readonly scene: Scene;
  /** Ends the certgate that runs and starts one with these wishes. */
  readonly restart: (wishes: RunWishes) => Promise<Certgate>;
}

/** What an `http500` reaches, and that `open` reaches nothing. A reload is enough to change it. */
export async function failInScopes({ scene, restart }: FailureStage): Promise<void> {
  const mutations = (connectorClusters: unknown) => ({ mutations: { connectorClusters } });
  const [[first]] = SCOPES;
  const certgate = await restart({
    settings: {
      policy: { waf: { enabled: "off" }, localReply: { enabled: true } },
      ...mutations({ action: "http500", scope: first }),
    },
    // What decorates fails beside it and takes nothing with it.
    faults: ["mutation=connectorClusters:throw", "mutation=localReply:garbage"],
  });
  for (const [scope, dark] of SCOPES) {
    if (scope !== first) await certgate.reconfigure(mutations({ action: "http500", scope }));
    const ms = await scene.shows(`http500 reaches ${scope}`, allWellBut("500", ...dark));
    console.log(`http500 of scope ${scope} was there after ${Math.round(ms)} ms`);
  }
  await certgate.reconfigure(mutations("open"));
  await scene.shows(
    "open leaves the paths to Envoy Gateway's backends",
    allWellBut("200 backend", ...TUNNELS),
  );
}

/** What is kept while calls fail, and that the first call that does not brings what has changed meanwhile. */
export async function failClosed(
  { bed, scene, restart }: FailureStage,
  certgate: Certgate,
): Promise<void> {
  const kept: Picture = allWellBut("200 backend", ...TUNNELS);
  await certgate.reconfigure({ mutations: { connectorClusters: "closed" } });
  await untilFailed(certgate, 1);
  // Nothing of this has to do with connectors.
  await scene.lead(bed.backend.port);
  // Envoy Gateway makes four attempts of a call that may pass: the fifth failure belongs to another, and that has the change.
  await untilFailed(certgate, await failures(certgate) + 5);
  assert.deepEqual(await scene.look(), kept, "a change was programmed although the call failed");

  const start = performance.now();
  // Envoy Gateway repeats no call that failed like this: what follows is certgate's doing.
  const twice = await restart({ faults: ["mutation=connectorClusters:garbage@2"] });
  await untilFailed(twice, 2);
  const second = performance.now();
  await scene.shows("the call after the second failure brings everything", {
    ...ALL_WELL,
    "other/dead": "200 backend",
  });
  console.log(
    `two calls failed within ${Math.round(second - start)} ms of the start, ${
      Math.round(performance.now() - second)
    } ms later everything was served`,
  );
  // Which of its reasons comes first is a matter of moments: a start has one of its own.
  assert.ok(total(await twice.metrics(), "certgate_gate_nudges_total") >= 1);
  await scene.lead(null);
}

/** A mutation that hangs is given up at the deadline, and then its failure policy speaks. */
export async function hang({ bed, scene, restart }: FailureStage): Promise<void> {
  const deadline = 500;
  const certgate = await restart({
    settings: {
      hook: { deadline },
      // Beside it, a page that cannot be used: the one that is built in stands in.
      policy: { waf: { enabled: "off" }, localReply: { enabled: true, bodyPath: bed.directory } },
      mutations: { connectorClusters: { action: "http500", scope: "route" } },
    },
    faults: ["mutation=connectorClusters:hang"],
  });
  await scene.shows("what hangs is answered for", {
    ...allWellBut("500", ...TUNNELS),
    "other/dead": "503 page",
  });
  const metrics = await certgate.metrics();
  assert.ok(total(metrics, "certgate_mutation_failures_total", { kind: "deadline", action: "http500" }) > 0);
  const count = total(metrics, "certgate_hook_duration_seconds_count");
  const mean = total(metrics, "certgate_hook_duration_seconds_sum") / count;
  console.log(`with a deadline of ${deadline} ms a call took ${Math.round(mean * 1000)} ms`);
  assert.ok(mean < promised(deadline + 300) / 1000, `a call took ${mean} s`);
  assert.equal(total(metrics, "certgate_hook_calls_total", { outcome: "error" }), 0);
}

async function failures(certgate: Certgate): Promise<number> {
  return total(await certgate.metrics(), "certgate_hook_calls_total", { outcome: "error" });
}

async function untilFailed(certgate: Certgate, calls: number): Promise<void> {
  await until(`${calls} calls have failed`, async () => {
    const count = await failures(certgate);
    if (count >= calls) return true;
    throw new Error(String(count));
  }, { within: promised(10_000) });
}
