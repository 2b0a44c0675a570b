import assert from "node:assert/strict";
import { promised } from "./_expect.ts";
import { askHttp, freePort, httpGateway, httpRoute, onBed, protection, until } from "./harness/mod.ts";
import { toolPath } from "../setup/tools.ts";

const contrib = toolPath("envoy-contrib");
const ignore = contrib === null || toolPath("envoy-gateway") === null;

/** The library that this Envoy loads; where it is not named it is where certgate expects it by default. */
const LIBRARY = Deno.env.get("CERTGATE_TEST_CORAZA_LIBRARY");

const ATTACK = `/?q=${encodeURIComponent("<script>alert(document.cookie)</script>")}`;
const HOSTS = ["enforce", "observe", "disabled", "free"] as const;

Deno.test({
  name:
    "the firewall itself: an attack gets 403 where a policy enforces, 200 elsewhere, and what is benign gets 200",
  ignore,
  fn: (test) =>
    onBed({ gate: {}, envoy: contrib ?? undefined }, async (bed) => {
      const port = freePort();
      const host = (name: string) => `${name}.example.com`;
      await bed.resources.put("30-edge", [
        httpGateway("edge", HOSTS.map((name) => ({ port, host: host(name) }))),
        ...HOSTS.map((name) =>
          httpRoute(name, { gateway: "edge", host: host(name), rules: [{ path: "/" }] })
        ),
      ]);
      const protect = (name: string, mode: "Enforce" | "Observe" | "Disabled") =>
        bed.policies.put(name, [protection(name, { mode, target: { kind: "HTTPRoute", name } })]);
      await protect("enforce", "Enforce");
      await protect("observe", "Observe");
      await protect("disabled", "Disabled");
      await bed.startCertgate(undefined, {
        settings: { policy: { waf: LIBRARY === undefined ? {} : { libraryPath: LIBRARY } } },
      });
      const edge = await bed.startEdge("all");
      const envoy = await edge.envoy("default/edge");

      /** Waits until the hosts answer an attack like this and everything else with 200. */
      const answer = (attacked: Readonly<Record<(typeof HOSTS)[number], number>>, within: number) =>
        until(`attacks are answered with ${JSON.stringify(attacked)}`, async () => {
          for (const name of HOSTS) {
            assert.equal((await askHttp(port, host(name), ATTACK)).status, attacked[name], name);
            assert.equal((await askHttp(port, host(name), "/?q=benign")).status, 200, name);
          }
          return true;
        }, { within });
      const usual = { enforce: 403, observe: 200, disabled: 200, free: 200 };

      await test.step("each mode does what it says", () => answer(usual, 60_000).then(() => {}));
      await test.step("a changed mode is there within 5 s", async () => {
        await protect("observe", "Enforce");
        await answer({ ...usual, observe: 403 }, promised(5000));
      });
      await test.step("a policy that is deleted is gone within 5 s", async () => {
        await bed.policies.remove("enforce");
        await answer({ ...usual, enforce: 200, observe: 403 }, promised(5000));
      });
      assert.deepEqual((await envoy.refusals()).rejected, {});
    }),
});
