import assert from "node:assert/strict";
import fc from "fast-check";
import { type Effect, effectsOf, EVERYTHING, scene, sceneRequest } from "../../tests/fakes/policy_scene.ts";
import { FAILURE_ACTIONS, FAILURE_SCOPES, POLICY_MUTATIONS, type PolicyMutation } from "../model/mod.ts";
import { FAULT_KINDS, Faults } from "./faults.ts";
import { HookError } from "./hook_error.ts";

/** What is missing where a mutation failed: its own part, and what cannot be without it. */
const MISSING: Readonly<Record<PolicyMutation, readonly Effect[]>> = {
  wafListener: ["wafListener"],
  localReply: ["localReply"],
  wafRoute: ["wafRoute"],
  connectorClusters: ["connectorClusters", "connectorRoutes"],
  connectorRoutes: ["connectorRoutes", "connectorOffline"],
  vpcBind: ["vpcBind"],
};

const KIND = { throw: "threw", hang: "deadline", garbage: "lint" } as const;

function faults(...texts: string[]): Faults {
  const parsed = Faults.parse(texts);
  assert(parsed instanceof Faults);
  return parsed;
}

for (const mutation of POLICY_MUTATIONS) {
  for (const fault of FAULT_KINDS) {
    const once = () => faults(`mutation=${mutation}:${fault}@1`);
    const failures = (action: string) =>
      `certgate_mutation_failures_total{mutation="${mutation}",kind="${KIND[fault]}",action="${action}"}`;

    Deno.test(`translate() goes on without ${mutation} where it is open and ${fault}`, async () => {
      const { handlers, calls, metrics, log } = scene({ mutations: { [mutation]: "open" } }, {
        faults: once(),
      });
      const effects = effectsOf(await handlers.PostTranslateModify(sceneRequest()));
      assert.deepEqual(effects, EVERYTHING.filter((effect) => !MISSING[mutation].includes(effect)));
      assert.deepEqual([calls[0].outcome, calls[0].passing], ["degraded", fault !== "garbage"]);
      assert.equal(await metrics.sample(failures("open")), 1);
      assert.equal(await metrics.sample(`certgate_mutation_reverted_total{mutation="${mutation}"}`), 1);
      assert(log.sentences("warn").includes("a mutation failed, the answer goes out without it"));
      assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
      assert.equal(calls[1].outcome, "changed");
    });

    Deno.test(`translate() is an error where ${mutation} is closed and ${fault}`, async () => {
      const { handlers, calls, metrics, log } = scene({ mutations: { [mutation]: "closed" } }, {
        faults: once(),
      });
      const passes = fault !== "garbage";
      await assert.rejects(handlers.PostTranslateModify(sceneRequest()), {
        name: "HookError",
        code: passes ? "UNAVAILABLE" : "INTERNAL",
        message: new RegExp(`^Cannot apply ${mutation} at `),
      });
      assert.deepEqual([calls[0].outcome, calls[0].passing], ["error", passes]);
      assert.equal(await metrics.sample(failures("closed")), 1);
      assert.equal(await metrics.sample(`certgate_mutation_reverted_total{mutation="${mutation}"}`), 0);
      assert.equal(await metrics.sample("certgate_hook_panics_total"), 0);
      assert.deepEqual(log.sentences("warn"), ["a mutation failed, envoy gateway keeps what it has"]);
      assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
      assert.equal(calls[1].outcome, "changed");
    });

    Deno.test(`translate() answers 500 where ${mutation} is http500 and ${fault}`, async () => {
      const { handlers, calls, metrics } = scene({ mutations: { [mutation]: "http500" } }, {
        faults: once(),
      });
      const effects = effectsOf(await handlers.PostTranslateModify(sceneRequest()));
      assert(effects.includes("fails") && effects.includes("pruned"), effects.join());
      assert(MISSING[mutation].every((effect) => !effects.includes(effect)), effects.join());
      assert.equal(calls[0].outcome, "degraded");
      assert.equal(await metrics.sample(failures("http500")), 1);
      assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
    });
  }
}

Deno.test("translate() gives a mutation that hangs its share of the time and lets the others run", async () => {
  const deadline = 600;
  const { handlers } = scene({ hook: { deadline } }, { faults: faults("mutation=localReply:hang") });
  const began = performance.now();
  const effects = effectsOf(await handlers.PostTranslateModify(sceneRequest()));
  assert.deepEqual(effects, EVERYTHING.filter((effect) => effect !== "localReply"));
  assert(performance.now() - began < deadline, "after the deadline");
});

Deno.test("translate() counts nothing as undone in a call that is an error because of another mutation", async () => {
  const { handlers, metrics } = scene({}, {
    faults: faults("mutation=localReply:throw", "mutation=wafRoute:garbage"),
  });
  await assert.rejects(handlers.PostTranslateModify(sceneRequest()), { code: "INTERNAL" });
  assert.equal(await metrics.sample('certgate_mutation_reverted_total{mutation="localReply"}'), 0);
  const failed = 'certgate_mutation_failures_total{mutation="localReply",kind="threw"';
  assert.equal(await metrics.sample(`${failed},action="closed"}`), 1);
  assert.equal(await metrics.sample(`${failed},action="open"}`), 0);
});

for (const fault of ["throw", "hang"] as const) {
  const broken = () => faults(`hook=PostTranslateModify:${fault}@1`);

  Deno.test(`translate() is an error where the hook itself is closed and ${fault}`, async () => {
    const { handlers, calls, log } = scene({}, { faults: broken() });
    await assert.rejects(handlers.PostTranslateModify(sceneRequest()), {
      code: "UNAVAILABLE",
      message: /^Cannot answer PostTranslateModify: /,
    });
    assert.deepEqual([calls[0].outcome, calls[0].passing], ["error", true]);
    assert.deepEqual(log.sentences("warn"), ["a hook failed, envoy gateway keeps what it has"]);
    assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), EVERYTHING);
  });

  Deno.test(`translate() only prunes where the hook itself is open and ${fault}`, async () => {
    const { handlers, calls } = scene({ hooks: { PostTranslateModify: "open" } }, { faults: broken() });
    assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), ["pruned"]);
    assert.deepEqual([calls[0].outcome, calls[0].passing], ["degraded", true]);
  });

  for (const scope of FAILURE_SCOPES) {
    Deno.test(`translate() answers 500 at scope ${scope} where the hook itself is http500 and ${fault}`, async () => {
      const hooks = { PostTranslateModify: { action: "http500", scope } };
      const { handlers, calls } = scene({ hooks }, { faults: broken() });
      assert.deepEqual(effectsOf(await handlers.PostTranslateModify(sceneRequest())), ["pruned", "fails"]);
      assert.equal(calls[0].outcome, "degraded");
    });
  }
}

Deno.test("translate() prunes whatever goes wrong, if it answers at all", async () => {
  const place = fc.constantFrom(...POLICY_MUTATIONS);
  const action = fc.constantFrom(...FAILURE_ACTIONS);
  const fault = fc.constantFrom("throw", "garbage", "hang");
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(place, action),
      fc.option(action, { nil: undefined }),
      fc.dictionary(place, fault),
      async (mutations, hook, wrong) => {
        const texts = Object.entries(wrong).map(([name, kind]) => `mutation=${name}:${kind}`);
        const hooks = hook === undefined ? {} : { PostTranslateModify: hook };
        const { handlers } = scene({ mutations, hooks, hook: { deadline: 100 } }, {
          faults: faults(...texts),
        });
        try {
          assert(effectsOf(await handlers.PostTranslateModify(sceneRequest())).includes("pruned"));
        } catch (error) {
          if (!(error instanceof HookError)) throw error;
        }
      },
    ),
    { numRuns: 40 },
  );
});
