import { IssuanceScene } from "./_issuance_scene.ts";
import { answerWrong, changeAnnotation, issueAll, loseIssuer, type Stage } from "./_issuance_steps.ts";
import { onBed, pebbleIsMissing } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null || pebbleIsMissing;

Deno.test({
  name:
    "issuers: each host has its own, changes stay with one host, failures change nothing, SIGKILL costs no second order",
  ignore,
  fn: (test) =>
    onBed({ gate: {} }, async (bed) => {
      /** What follows builds on what went before. */
      const step = async (name: string, body: () => Promise<void>) => {
        if (!await test.step(name, body)) throw new Error(`Cannot go on after "${name}"`);
      };
      const scene = await IssuanceScene.set(bed);
      const certgate = await bed.startCertgate(undefined, { settings: scene.settings() });
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");
      const stage: Stage = { bed, scene, certgate, envoy };
      const quietly = (body: (stage: Stage) => Promise<void>) => () => scene.undisturbed(() => body(stage));

      await step("every host is served with a pair of its issuer", () => issueAll(stage));
      await step(
        "a changed annotation changes one host, and costs one order although certgate is killed within it",
        quietly(changeAnnotation),
      );
      await step(
        "an issuer that is down changes nothing until it is back, and makes one certificate although certgate is killed",
        quietly(loseIssuer),
      );
      await step("no answer and a wrong answer change nothing", quietly(answerWrong));
    }),
});
