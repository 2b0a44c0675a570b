import { freePorts, gateway, onBed, route, until } from "./harness/mod.ts";
import { openEnvoyAdmins, probeTls } from "../../lib/host/mod.ts";

Deno.test({
  name: "scratch dark",
  fn: () =>
    onBed({ gate: {} }, async (bed) => {
      const [port] = freePorts(1);
      const [good, wildcard] = await bed.issue(["good.example.com", "*.example.com"]);
      await bed.mount([good, wildcard]);
      const gw = JSON.parse(JSON.stringify(gateway("edge", port, [wildcard.host, "dark.example.com"])));
      delete gw.spec.listeners[0].hostname;
      await bed.resources.put("30-edge", [gw, route("edge")]);
      const certgate = await bed.startCertgate();
      await bed.startEdge("all");
      const ask = (servername: string) => probeTls({ host: "127.0.0.1", port, servername });
      await until("good is served", async () => {
        const seen = await ask("good.example.com");
        if (seen.kind === "presented") return true;
        throw new Error(JSON.stringify(seen));
      }, { within: 60_000 });
      for (const name of ["good", "other", "dark"]) console.log(name, JSON.stringify(await ask(`${name}.example.com`)));
      const admins = openEnvoyAdmins({ setting: "auto", runtimeDir: `${bed.directory}/run` });
      for (let i = 0; i < 4; i++) {
        const t = performance.now();
        const found = await admins.look();
        console.log((performance.now() - t).toFixed(0), "ms", JSON.stringify(found));
      }
      const address = (await admins.look())[0].admin;
      console.log(await (await fetch(`http://${address}/stats?usedonly&filter=xds_cluster.upstream_cx_rx|total_(listeners|filter)`)).text());
      const { snapshots } = await certgate.status();
      console.log(JSON.stringify(snapshots, null, 1));
      console.log((await certgate.log()).filter(({ msg }) => /snapshot|refused|unhealthy/.test(String(msg))).map((x) => JSON.stringify(x)).join("\n"));
      const dark = await bed.issue(["dark.example.com"]);
      await bed.mount(dark);
      const { ms } = await until("dark is served", async () => {
        const seen = await ask("dark.example.com");
        if (seen.kind === "presented" && seen.serial === dark[0].serial) return true;
        throw new Error(JSON.stringify(seen));
      }, { within: 30_000 });
      console.log("back after", ms);
      console.log(JSON.stringify((await certgate.status()).snapshots));
    }),
});
