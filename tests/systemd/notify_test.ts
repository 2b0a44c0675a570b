import assert from "node:assert/strict";
import { HookClient } from "../fakes/hook_client.ts";
import type { FakeServiceManager } from "../fakes/service_manager.ts";
import { withService } from "./_service.ts";

/** What was heard, without what comes as often as it likes. */
const course = (manager: FakeServiceManager) =>
  manager.lines().filter((line) => !/^(WATCHDOG|MONOTONIC_USEC|EXTEND_TIMEOUT_USEC)=/.test(line));

for (const socket of ["path", "abstract"] as const) {
  Deno.test(`run tells a service manager at ${socket === "path" ? "a path" : "an abstract name"} its whole course`, async () => {
    await withService({ socket }, async ({ manager, start, configure }) => {
      const child = start();
      await manager.hears(/^READY=1$/);
      configure("whenEmty: park");
      child.kill("SIGHUP");
      await manager.hears(/^READY=1$/, 2);
      configure("whenEmpty: park");
      child.kill("SIGHUP");
      await manager.hears(/^READY=1$/, 3);
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0);
      await manager.hears(/^STOPPING=1$/);
      assert.deepEqual(course(manager), [
        "STATUS=loading certificates and resources",
        "STATUS=waiting for Envoy Gateway",
        "READY=1",
        "RELOADING=1",
        "STATUS=configuration refused, the one in use stays; waiting for Envoy Gateway",
        "READY=1",
        "RELOADING=1",
        "STATUS=waiting for Envoy Gateway",
        "READY=1",
        "STATUS=finishing the calls under way",
        "STOPPING=1",
      ]);
      assert.equal(manager.lines("MONOTONIC_USEC").length, 2);
      assert.deepEqual(manager.lines("WATCHDOG"), [], "nobody watches");
    });
  });
}

Deno.test("run is ready for a service manager only when the gate has published what it read", async () => {
  await withService({ watchdog: 2000 }, async ({ dir, manager, start, configure }) => {
    await Deno.mkdir(`${dir}/resources`);
    await Deno.writeTextFile(`${dir}/resources/class.yaml`, GATEWAY_CLASS);
    configure(`gate: { resources: ${dir}/resources, output: ${dir}/gate }`);
    start();
    await manager.hears(/^READY=1$/);
    assert((await Deno.stat(`${dir}/gate/certgate.yaml`)).isFile);
    await manager.hears(/^WATCHDOG=1$/);
    const lines = manager.lines();
    assert(lines.indexOf("READY=1") < lines.indexOf("WATCHDOG=1"), "nothing is fed before");
    assert(lines.indexOf("STATUS=0 hosts served") < lines.indexOf("READY=1"), lines.join("\n"));
  });
});

const GATEWAY_CLASS = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: edge }
spec: { controllerName: gateway.envoyproxy.io/gatewayclass-controller }
`;

Deno.test("run tells a service manager why it does not start", async () => {
  await withService({}, async ({ manager, start, configure }) => {
    configure("whenEmty: park");
    assert.equal((await start().status).code, 2);
    await manager.hears(/^ERRNO=22$/);
    assert.match(manager.lines("STATUS").at(-1)!, /config\.yaml:5:1.*whenEmty/);
    assert(!manager.lines().includes("READY=1"));
  });
});

const WATCHDOG = 1000;
/** Feeding that has stopped for this long has stopped: the manager would have acted. */
const SILENCE = 2 * WATCHDOG;

/** Waits until no sign of life has come for so long that the manager would end the service. */
async function fallsSilent(manager: FakeServiceManager): Promise<void> {
  const limit = performance.now() + 20_000;
  const last = () => manager.heard.findLast(({ line }) => line === "WATCHDOG=1")!.at;
  while (performance.now() - last() < SILENCE) {
    assert(performance.now() < limit, "the watchdog is still fed");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Linux: sends the null signal. */
function lives(pid: number): boolean {
  return new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).outputSync().success;
}

Deno.test("run feeds the watchdog only while the hook answers, and the process runs", async () => {
  await withService({ program: "hanging", watchdog: WATCHDOG }, async ({ dir, manager, start }) => {
    const child = start();
    await manager.hears(/^WATCHDOG=1$/, 3);
    const silentBetween = async (fault: () => unknown, repair: () => unknown) => {
      await fault();
      await fallsSilent(manager);
      assert(lives(child.pid));
      const fed = manager.lines("WATCHDOG").length;
      await repair();
      await manager.hears(/^WATCHDOG=1$/, fed + 2);
    };
    // The server takes the question and answers none.
    await silentBetween(() => child.kill("SIGUSR2"), () => child.kill("SIGUSR2"));
    // The whole process stands still.
    await silentBetween(() => child.kill("SIGSTOP"), () => child.kill("SIGCONT"));
    // Nobody can connect any more, though whoever is connected is served.
    const socket = `${dir}/hook.sock`;
    await silentBetween(
      () => Deno.rename(socket, `${socket}.away`),
      () => Deno.rename(`${socket}.away`, socket),
    );
    child.kill("SIGTERM");
    assert.equal((await child.status).code, 0);
  });
});

Deno.test("run stops to feed the watchdog when a handler of the hook hangs", async () => {
  const environment = { HANG: "handler" };
  await withService(
    { program: "hanging", watchdog: WATCHDOG, environment },
    async ({ dir, manager, start }) => {
      const child = start();
      await manager.hears(/^WATCHDOG=1$/, 3);
      const client = new HookClient(`unix:${dir}/hook.sock`);
      const call = client.call("PostRouteModify", Uint8Array.of(10, 0));
      call.catch(() => {});
      await fallsSilent(manager);
      assert(lives(child.pid));
      child.kill("SIGKILL");
      await assert.rejects(call);
      client.close();
    },
  );
});
