import { failClosed, failInScopes, hang } from "./_policy_failures.ts";
import { allWellBut, MANAGER, Scene } from "./_policy_scene.ts";
import { readWhole, routesAndClusters, virtualHostsAndListeners } from "./_policy_small_hooks.ts";
import { brand, flipConnector, reachConnectors, takeAway, withholdFirewall } from "./_policy_steps.ts";
import { ConnectRelay } from "./fakes/connect_relay.ts";
import { type Bed, onBed, type RunWishes, tunnelBootstrap } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null;

/** The packaged Envoy has no Go filter. */
const POLICY = { waf: { enabled: "off" } };

/** A bed whose Envoys have the entrance of tunnels, and what is at their end. */
async function onTunnelBed(body: (bed: Bed, relay: ConnectRelay) => Promise<void>): Promise<void> {
  const relay = await ConnectRelay.start();
  try {
    await onBed({ gate: {}, bootstrap: tunnelBootstrap(relay.port) }, (bed) => body(bed, relay));
  } finally {
    await relay.stop();
  }
}

Deno.test({
  name:
    "policy objects: connectors, the page, what is taken away, what fails, and each small hook for its part",
  ignore,
  fn: (test) =>
    onTunnelBed(async (bed, relay) => {
      /** What follows builds on what went before. */
      const step = async (name: string, body: () => Promise<void>) => {
        if (!await test.step(name, body)) throw new Error(`Cannot go on after "${name}"`);
      };
      const scene = await Scene.set(bed);
      const start = (wishes: RunWishes = {}) =>
        bed.startCertgate(undefined, { ...wishes, settings: { policy: POLICY, ...wishes.settings } });
      let certgate = await start();
      const restart = async (wishes: RunWishes) => {
        await certgate.stop();
        return certgate = await start(wishes);
      };
      let edge = await bed.startEdge("all", MANAGER);
      const envoy = await edge.envoy("default/edge");
      const stage = { bed, scene, relay, certgate, envoy };

      await step("connectors that are up are reached through the tunnel", () => reachConnectors(stage));
      await step(
        "a heartbeat brings no call, a flip brings one",
        () => scene.undisturbed(["shop/", "mall/tunnel", "plain/"], () => flipConnector(stage)),
      );
      await step(
        "what is taken away is gone",
        () => scene.undisturbed(["shop/tunnel", "mall/", "other/"], () => takeAway(stage)),
      );
      await step("answers of Envoy have the page", () => brand(stage, POLICY));
      await step("what Envoy would refuse is withheld", () => withholdFirewall(stage));

      const failing = { bed, scene, restart };
      await step("http500 at each scope, and open", () => failInScopes(failing));
      await step("closed, and what comes after it", () => failClosed(failing, certgate));
      await step("a mutation that hangs", () => hang(failing));

      await step("each small hook does its part", async () => {
        await scene.connect("shop", null);
        await restart({
          settings: { policy: { ...POLICY, localReply: { enabled: true, minStatusCode: 599 } } },
        });
        await scene.shows("everything is made anew", allWellBut("503 Tunnel not online", "shop/tunnel"));
        const small = { bed, scene, certgate, whole: await readWhole(envoy) };
        await edge.stop();
        edge = await virtualHostsAndListeners(small);
        await edge.stop();
        await routesAndClusters(small);
      });
    }),
});
