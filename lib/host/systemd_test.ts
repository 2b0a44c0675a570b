import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { FakeServiceManager } from "../../tests/fakes/service_manager.ts";
import { openSystemd } from "./systemd.ts";

type Environment = Readonly<Record<string, string>>;

const reader = (env: Environment) => (name: string) => env[name];

async function withManager(
  name: (dir: string) => string,
  use: (manager: FakeServiceManager, dir: string, log: FakeLog) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const manager = new FakeServiceManager(name(dir));
  try {
    await use(manager, dir, new FakeLog());
  } finally {
    await manager.close();
    await Deno.remove(dir, { recursive: true });
  }
}

for (
  const [kind, name] of [
    ["a path", (dir: string) => join(dir, "manager.sock")],
    ["an abstract name", () => `@certgate-test-${crypto.randomUUID()}`],
  ] as const
) {
  Deno.test(`openSystemd() tells a manager at ${kind}, in the order of the calls`, async () => {
    await withManager(name, async (manager, dir, log) => {
      const env = { NOTIFY_SOCKET: manager.socket, RUNTIME_DIRECTORY: `${dir}:/nowhere` };
      const systemd = await openSystemd(reader(env), { log });
      assert(systemd.active);
      systemd.status("loading");
      systemd.extendTimeout(1500.5);
      systemd.ready();
      systemd.reloading();
      systemd.ready();
      systemd.alive();
      systemd.failed(5);
      systemd.stopping();
      await systemd.close();
      await manager.hears(/^STOPPING=1$/);
      assert.deepEqual(manager.lines().filter((line) => !line.startsWith("MONOTONIC_USEC=")), [
        "STATUS=loading",
        "EXTEND_TIMEOUT_USEC=1500500",
        "READY=1",
        "RELOADING=1",
        "READY=1",
        "WATCHDOG=1",
        "ERRNO=5",
        "STOPPING=1",
      ]);
      const uptime = Deno.osUptime() * 1e6;
      const [time] = manager.lines("MONOTONIC_USEC").map((line) => Number(line.split("=")[1]));
      assert(Number.isSafeInteger(time) && time <= uptime && time > uptime - 60e6, "the time of the reload");
      const left = Array.from(Deno.readDirSync(dir), (entry) => entry.name);
      assert.deepEqual(left.filter((file) => file !== "manager.sock"), []);
      assert.deepEqual(log.lines, []);
    });
  });
}

Deno.test("openSystemd() tells a status when it changes, in one bounded line, whatever the names in it are", async () => {
  await withManager((dir) => join(dir, "manager.sock"), async (manager, dir, log) => {
    const systemd = await openSystemd(reader({ NOTIFY_SOCKET: manager.socket }), { directory: dir, log });
    systemd.status("one");
    systemd.status("one");
    systemd.status("evil.example.com\nWATCHDOG=1\nREADY=1\x1b[2J");
    systemd.status("é".repeat(5000));
    systemd.stopping();
    await systemd.close();
    await manager.hears(/^STOPPING=1$/);
    assert.deepEqual(manager.lines(), [
      "STATUS=one",
      "STATUS=evil.example.com?WATCHDOG=1?READY=1?[2J",
      `STATUS=${"é".repeat(239)}…`,
      "STOPPING=1",
    ]);
  });
});

Deno.test("openSystemd() takes over the socket that a killed run has left", async () => {
  await withManager((dir) => join(dir, "manager.sock"), async (manager, dir, log) => {
    const left = Deno.listenDatagram({ transport: "unixpacket", path: join(dir, "notify.sock") });
    left.close();
    const systemd = await openSystemd(reader({ NOTIFY_SOCKET: manager.socket }), { directory: dir, log });
    systemd.ready();
    await manager.hears(/^READY=1$/);
    await systemd.close();
  });
});

Deno.test("openSystemd() does nothing where no manager wants to be told", async () => {
  const log = new FakeLog();
  const systemd = await openSystemd(reader({ WATCHDOG_USEC: "1000" }), { directory: "/nowhere", log });
  systemd.ready();
  systemd.status("x");
  await systemd.close();
  assert.deepEqual([systemd.active, systemd.watchdog, log.lines], [false, null, []]);
});

Deno.test("openSystemd() says in one line that the manager cannot be told, and goes on", async () => {
  const cases: [Environment, string | undefined][] = [
    [{ NOTIFY_SOCKET: "/run/manager" }, undefined],
    [{ NOTIFY_SOCKET: "vsock:2:1" }, "/tmp"],
    [{ NOTIFY_SOCKET: "/run/manager" }, "/nowhere"],
  ];
  for (const [env, directory] of cases) {
    const log = new FakeLog();
    const systemd = await openSystemd(reader(env), { directory, log });
    systemd.ready();
    await systemd.close();
    assert.deepEqual([systemd.active, log.sentences("warn").length], [false, 1], JSON.stringify(env));
  }
});

Deno.test("openSystemd() goes on while the manager does not listen, with one line for all messages", async () => {
  const dir = await Deno.makeTempDir();
  const log = new FakeLog();
  const systemd = await openSystemd(reader({ NOTIFY_SOCKET: `${dir}/none` }), { directory: dir, log });
  systemd.ready();
  systemd.alive();
  await systemd.close();
  assert.deepEqual(log.sentences("warn"), ["the service manager does not take a message"]);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("openSystemd() knows a watchdog only if it watches this process", async () => {
  const dir = await Deno.makeTempDir();
  const watchdog = async (env: Environment) => {
    const all = { NOTIFY_SOCKET: `${dir}/none`, ...env };
    const systemd = await openSystemd(reader(all), { directory: dir, log: new FakeLog(), pid: 7 });
    await systemd.close();
    return systemd.watchdog;
  };
  assert.equal(await watchdog({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }), 30_000);
  assert.equal(await watchdog({ WATCHDOG_USEC: "30000000" }), 30_000);
  assert.equal(await watchdog({ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }), null);
  assert.equal(await watchdog({ WATCHDOG_USEC: "0" }), null);
  assert.equal(await watchdog({ WATCHDOG_USEC: "soon" }), null);
  assert.equal(await watchdog({}), null);
  await Deno.remove(dir, { recursive: true });
});
