import { KILLS, kills, refused, restarts } from "./_sds_restarts.ts";
import { ownKind } from "./_sds_own_kind.ts";
import { SdsScene } from "./_sds_scene.ts";
import { badRenewals, endings, handedOut, renewals, start } from "./_sds_steps.ts";
import { onBed } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

/** In their order; each leaves all hosts served. */
const STEPS: Readonly<Record<string, (scene: SdsScene) => Promise<void>>> = {
  "all are served, and Envoy Gateway has placeholders": start,
  "renewals are served under load, and Envoy Gateway translates nothing": renewals,
  "what is not usable never reaches Envoy, and the pair before goes on": badRenewals,
  "a pair that is deleted or runs out takes its own host only": endings,
  "Secrets of Envoy Gateway's own kind, with HTTP/2": ownKind,
  "certgate is restarted while Envoy runs, and Envoy is started while certgate is away": restarts,
  [`certgate is killed ${KILLS} times under load while pairs are renewed`]: kills,
  "a pair that Envoy refuses is withheld, also after a restart": refused,
  "Envoy Gateway hands out no Secret": handedOut,
};

Deno.test({
  name:
    "ten hosts straight to Envoy: served, renewed, held, taken away, refused by Envoy; restarts and kills",
  ignore,
  fn: (test) =>
    onBed({ gate: {} }, async (bed) => {
      const scene = await SdsScene.start(bed);
      for (const [name, step] of Object.entries(STEPS)) {
        // What follows would say nothing.
        if (!await test.step(name, () => step(scene))) throw new Error(`Not shown: ${name}`);
      }
    }),
});
