import assert from "node:assert/strict";
import { closedAddress } from "../../tests/fakes/closed_address.ts";
import { FakeEnvoyAdmin } from "../../tests/fakes/fake_envoy_admin.ts";
import { openEnvoyAdmins } from "./envoy_admins.ts";

async function withAdmins(count: number, use: (...admins: FakeEnvoyAdmin[]) => Promise<void>): Promise<void> {
  const admins = Array.from({ length: count }, () => new FakeEnvoyAdmin());
  try {
    await use(...admins);
  } finally {
    await Promise.all(admins.map((admin) => admin.stop()));
  }
}

async function withRuntimeDir(use: (directory: string, start: Start) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  const start: Start = async (run, address, at) => {
    await Deno.mkdir(`${directory}/${run}`);
    await Deno.writeTextFile(`${directory}/${run}/admin-address.txt`, address);
    await Deno.utime(`${directory}/${run}/admin-address.txt`, at, at);
  };
  try {
    await use(directory, start);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
type Start = (run: string, address: string, at: number) => Promise<void>;

/** A port that nobody listens on. */
Deno.test("openEnvoyAdmins() adds up what an Envoy has refused, and names what it waits for and has loaded", async () => {
  await withAdmins(1, async (envoy) => {
    Object.assign(envoy.stats, {
      "listener_manager.lds.update_rejected": 2,
      "cluster_manager.cds.update_rejected": 1,
      "http.https-443.rds.default/eg/https.update_rejected": 3,
      "http.http-80.rds.default/eg/http.update_rejected": 4,
      "sds.default/a.rds.tls.update_rejected": 5,
      "sds.default/b.update_rejected": 6,
      "sds.default/b.init_fetch_timeout": 7,
      "http.http-80.rds.default/eg/http.init_fetch_timeout": 1,
      "listener_manager.total_listeners_warming": 1,
    });
    envoy.warming = ["default/eg/https"];
    envoy.serials = ["0C09FF", "aa01", "aa01", "00"];
    const [status] = await openEnvoyAdmins({ setting: [`http://${envoy.address}`] }).look();
    assert.deepEqual(status, {
      admin: envoy.address,
      up: true,
      message: "",
      cluster: "default/eg",
      version: "1.40.0",
      state: "LIVE",
      rejected: { lds: 2, cds: 1, rds: 7, sds: 11 },
      initFetchTimeouts: 8,
      warming: ["default/eg/https"],
      serials: ["00", "0c09ff", "aa01"],
    });
  });
});

Deno.test("openEnvoyAdmins() says when an Envoy took an update of routes last, where that is asked", async () => {
  await withAdmins(1, async (envoy) => {
    const admins = openEnvoyAdmins({ setting: [envoy.address] });
    const updatedAt = async (routes?: boolean) => (await admins.look({ routes }))[0].routesUpdatedAt;
    assert.equal(await updatedAt(true), 0);
    Object.assign(envoy.stats, {
      "http.https-443.rds.default/eg/https.update_time": 2000,
      "http.http-80.rds.default/eg/http.update_time": 3000,
      "listener_manager.lds.update_time": 4000,
      "sds.http.x.rds.y.update_time": 5000,
    });
    assert.equal(await updatedAt(true), 3000);
    assert.equal(await updatedAt(), undefined);
  });
});

Deno.test("openEnvoyAdmins() counts every listener of an Envoy that is not live yet as waiting", async () => {
  await withAdmins(1, async (envoy) => {
    envoy.state = "INITIALIZING";
    const [{ state, warming }] = await openEnvoyAdmins({ setting: [envoy.address] }).look();
    assert.deepEqual([state, warming], ["INITIALIZING", ["active"]]);
  });
});

Deno.test("openEnvoyAdmins() asks for certificates only while something may have changed", async () => {
  await withAdmins(1, async (envoy) => {
    const admins = openEnvoyAdmins({ setting: [envoy.address] });
    const asked = () => envoy.asked.filter((path) => path === "/certs").length;
    const looks = async (count: number) => {
      for (let at = 0; at < count; at++) await admins.look();
    };
    await looks(5);
    assert.equal(asked(), 2, "once, and once more with counters known to stand still");
    envoy.serials = ["ab"];
    envoy.stats["cluster.xds_cluster.upstream_cx_rx_bytes_total"]++;
    assert.deepEqual((await admins.look())[0].serials, ["ab"]);
    await looks(4);
    assert.equal(asked(), 4);
    envoy.serials = ["cd"];
    envoy.stats["cluster.certgate_sds.upstream_cx_rx_bytes_total"] = 1;
    assert.deepEqual((await admins.look())[0].serials, ["cd"], "what certgate itself has given it");
    await looks(4);
    assert.equal(asked(), 6);
    envoy.stats["listener_manager.total_filter_chains_draining"] = 1;
    await looks(3);
    assert.equal(asked(), 9, "a draining chain ends without anything arriving");
  });
});

Deno.test("openEnvoyAdmins() always asks for certificates where nothing tells of changes", async () => {
  await withAdmins(1, async (envoy) => {
    envoy.stats = {};
    const admins = openEnvoyAdmins({ setting: [envoy.address] });
    for (let at = 0; at < 3; at++) await admins.look();
    assert.equal(envoy.asked.filter((path) => path === "/certs").length, 3);
  });
});

Deno.test("openEnvoyAdmins() shows one that does not answer as down, with words, and the others all the same", async () => {
  await withAdmins(3, async (good, odd, broken) => {
    odd.answers.set("/server_info", () => new Response("<html>"));
    broken.answers.set("/certs", () => new Response("sorry", { status: 503 }));
    const nobody = closedAddress();
    const setting = [good, odd, broken].map(({ address }) => address).concat(nobody);
    const statuses = await openEnvoyAdmins({ setting }).look();
    assert.deepEqual(statuses.map(({ up, message }) => ({ up, message })), [
      { up: true, message: "" },
      { up: false, message: `Cannot ask the Envoy at "${odd.address}": its answer is not that of an Envoy` },
      { up: false, message: `Cannot ask the Envoy at "${broken.address}": it answered with HTTP status 503` },
      { up: false, message: `Cannot ask the Envoy at "${nobody}": nobody listens there` },
    ]);
  });
});

Deno.test("openEnvoyAdmins() waits a second for an Envoy that hangs and reads no answer without end", async () => {
  const never = Promise.withResolvers<Response>();
  await withAdmins(2, async (hanging, long) => {
    hanging.answers.set("/server_info", () => never.promise);
    long.answers.set("/stats", () => new Response(new Uint8Array(5 * 1024 * 1024)));
    const statuses = await openEnvoyAdmins({ setting: [hanging.address, long.address] }).look();
    never.resolve(new Response());
    assert.match(statuses[0].message, /: no answer in time$/);
    assert.match(statuses[1].message, /: its answer has more than \d+ bytes$/);
  });
});

Deno.test("openEnvoyAdmins() finds the youngest run of each Gateway in the runtime directory", async () => {
  await withAdmins(3, async (one, other, older) => {
    other.cluster = "default/other";
    await withRuntimeDir(async (runtimeDir, start) => {
      await start("20260101_000000_000", closedAddress(), 1000);
      await start("20260101_000000_001", older.address, 1001);
      await start("20260102_000000_000", one.address, 2000);
      await start("20260102_000000_001", other.address, 2001);
      await start("20260103_000000_000", "example.com:80", 3000);
      await Deno.mkdir(`${runtimeDir}/20260103_000000_001`);
      const admins = openEnvoyAdmins({ setting: "auto", runtimeDir });
      assert.deepEqual((await admins.look()).map(({ cluster, admin, up }) => ({ cluster, admin, up })), [
        { cluster: "default/eg", admin: one.address, up: true },
        { cluster: "default/other", admin: other.address, up: true },
      ]);
    });
  });
});

Deno.test("openEnvoyAdmins() shows an Envoy that was there as down until another lives", async () => {
  await withAdmins(2, async (first, second) => {
    await withRuntimeDir(async (runtimeDir, start) => {
      const admins = openEnvoyAdmins({ setting: "auto", runtimeDir });
      assert.deepEqual(await admins.look(), []);
      await start("1", closedAddress(), 1);
      await start("2", first.address, 2);
      assert.deepEqual((await admins.look()).map(({ up }) => up), [true]);
      await first.stop();
      for (let at = 0; at < 7; at++) {
        const [{ up, cluster, message }] = await admins.look();
        assert.deepEqual([up, cluster, message.endsWith("nobody listens there")], [
          false,
          "default/eg",
          true,
        ]);
      }
      await start("3", second.address, 3);
      assert.deepEqual((await admins.look()).map(({ admin, up }) => ({ admin, up })), [
        { admin: second.address, up: true },
      ]);
    });
  });
});

Deno.test("openEnvoyAdmins() asks nobody when told so, and finds none where there is no directory", async () => {
  const get = () => Promise.reject(new Error("asked"));
  assert.deepEqual(await openEnvoyAdmins({ setting: "none", get }).look(), []);
  assert.deepEqual(await openEnvoyAdmins({ setting: "auto", runtimeDir: "/nonexistent", get }).look(), []);
});
