/**
 * A host with an agent is led through any sequence of things that happen to hosts: pairs come, break, end and go, volumes
 * and resources vanish and return, clocks jump, the agent is restarted and reloaded. After each of them the agent comes to
 * rest where a model without any memory of files says, and:
 *
 * 1. Status, metric, log and the published file name the same listeners, and every published Secret is usable.
 * 2. Whatever was published on the way has each host as it was before or as it is after: nobody else is touched, nothing
 *    torn goes out, and nothing is published where nothing changes.
 * 3. A restart that changes nothing does not touch the file, and no transition time moves without its status.
 * 4. No private key is in status, metrics, log or state.
 *
 * `WALK_SEED`, `WALK_RUNS`, `WALK_STEPS` and `WALK_SECONDS` make it walk elsewhere and longer, `WALK_VERBOSE` names the
 * steps, `WALK_NO_SHRINK` ends at the first failure.
 */
import fc from "fast-check";
import { Times } from "./walk_checks.ts";
import { putPair, WalkHost } from "./walk_host.ts";
import { HOSTS, Model } from "./walk_model.ts";
import { commands, rest, type World } from "./walk_steps.ts";

// One walk takes seconds, and there has to be one whole one on a machine that has other things to do as well.
const BUSY = Math.max(1, Deno.loadavg()[0] / navigator.hardwareConcurrency);

const number = (name: string, usual: number) => Number(Deno.env.get(name) ?? usual);

async function begin(host: WalkHost): Promise<{ model: Model; real: World }> {
  const model = new Model();
  const expected = { served: new Map(), reasons: new Map(), listeners: new Map() };
  const real: World = { host, times: new Times(), expected, swaps: 0, steps: 0 };
  for (const name of HOSTS) {
    const made = await host.makePair(name, "good");
    model.disk.set(name, made);
    await putPair(host, name, made, ++real.swaps);
  }
  await host.start(model);
  await rest(model, real, 0);
  return { model, real };
}

Deno.test("startAgent() keeps its promises on any walk", async () => {
  const walk = fc.commands(commands, { maxCommands: number("WALK_STEPS", 30), size: "max" });
  await fc.assert(
    fc.asyncProperty(walk, async (steps) => {
      await using host = await WalkHost.make();
      await fc.asyncModelRun(() => begin(host), steps);
    }),
    {
      seed: number("WALK_SEED", 1),
      numRuns: number("WALK_RUNS", 1000),
      interruptAfterTimeLimit: number("WALK_SECONDS", 10 * BUSY) * 1000,
      markInterruptAsFailure: false,
      endOnFailure: Deno.env.has("WALK_NO_SHRINK"),
    },
  );
});
