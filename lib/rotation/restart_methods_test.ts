import assert from "node:assert/strict";
import { join } from "node:path";
import { isOnPath as onPath } from "../../tests/runner/is_on_path.ts";
import { FakeSystemctl } from "../../tests/fakes/fake_systemctl.ts";
import { KILL } from "../host/mod.ts";
import { restartByCommand } from "./restart_by_command.ts";
import { restartByHttp } from "./restart_by_http.ts";
import { restartBySignal } from "./restart_by_signal.ts";
import { restartBySystemd } from "./restart_by_systemd.ts";

const ABOUT = { dependent: "limit", fingerprint: "AB:CD" };
const FREE = "http://127.0.0.1:1/";
const noKill = !onPath("kill");

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-restart-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const withSystemctl = (body: (fake: FakeSystemctl) => Promise<void>) =>
  inFolder(async (folder) => await body(await FakeSystemctl.make(folder)));

Deno.test("restartBySystemd() restarts a unit that runs, and another run of it is seen", () =>
  withSystemctl(async (fake) => {
    await fake.add("a.service", { then: "activating" });
    const method = restartBySystemd({ unit: "a.service", action: "restart" }, {
      systemctl: fake.path,
      kill: KILL,
    });
    const before = await method.look(5000);
    assert.deepEqual(before, { state: "up", identity: "run1", reason: "Restarted", detail: "" });
    assert.deepEqual(await method.restart(5000, ABOUT), { kind: "done" });
    assert.deepEqual(await fake.asked("a.service"), ["try-restart"]);
    assert.equal((await method.look(5000)).state, "changing");
    assert.equal((await method.look(5000)).identity, "run2");
  }));

Deno.test("restartBySystemd() sees a reload by the time of the last change", () =>
  withSystemctl(async (fake) => {
    await fake.add("a.service");
    const method = restartBySystemd({ unit: "a.service", action: "reload" }, {
      systemctl: fake.path,
      kill: KILL,
    });
    const before = await method.look(5000);
    await method.restart(5000, ABOUT);
    assert.deepEqual(await fake.asked("a.service"), ["reload"]);
    assert.notEqual((await method.look(5000)).identity, before.identity);
  }));

Deno.test("restartBySystemd() tells units that are not there, that do not run, and refusals apart", () =>
  withSystemctl(async (fake) => {
    const programs = { systemctl: fake.path, kill: KILL };
    await fake.add("stopped.service", { active: "inactive" });
    await fake.add("kept.service", {
      refuse: "Failed to restart kept.service: Interactive authentication required.",
    });
    await fake.add("odd.service", { refuse: "Job for odd.service\x1b[31m failed" });
    const of = (unit: string) => restartBySystemd({ unit, action: "restart" }, programs);
    assert.equal((await of("none.service").look(5000)).state, "missing");
    assert.equal((await of("stopped.service").look(5000)).reason, "UnitNotRunning");
    const refused = await of("kept.service").restart(5000, ABOUT);
    assert.equal(refused.kind === "failed" && refused.reason, "NotPermitted");
    assert.deepEqual(await of("odd.service").restart(5000, ABOUT), {
      kind: "failed",
      reason: "CommandFailed",
      detail: "Job for odd.service?[31m failed",
    });
    const nothing = restartBySystemd({ unit: "a.service", action: "restart" }, {
      ...programs,
      systemctl: "/nonexistent/systemctl",
    });
    assert.equal((await nothing.look(5000)).state, "unknown");
  }));

Deno.test("restartBySystemd() cuts off a systemctl that hangs", () =>
  withSystemctl(async (fake) => {
    await fake.add("a.service");
    await fake.hang("try-restart");
    const method = restartBySystemd({ unit: "a.service", action: "restart" }, {
      systemctl: fake.path,
      kill: KILL,
    });
    const begun = performance.now();
    const attempt = await method.restart(150, ABOUT);
    assert.equal(attempt.kind === "failed" && attempt.reason, "TimedOut");
    assert(performance.now() - begun < 5_000);
  }));

const PROGRAMS = { systemctl: "/nonexistent", kill: KILL };
const noPause = () => Promise.resolve();

/** A process that ends by itself when the test forgets to end it. */
async function withProcess(body: (pid: number, ended: Promise<Deno.CommandStatus>) => Promise<void>) {
  const child = new Deno.Command("sleep", { args: ["30"], stdin: "null", stdout: "null" }).spawn();
  try {
    await body(child.pid, child.status);
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
  }
}

Deno.test(
  { name: "restartBySignal() sends the signal to the process in the file", ignore: noKill },
  () =>
    inFolder((folder) =>
      withProcess(async (pid, ended) => {
        const pidFile = join(folder, "pid");
        await Deno.writeTextFile(pidFile, `${pid}\nmore of it\n`);
        const method = restartBySignal({ pidFile, signal: "SIGTERM" }, PROGRAMS, noPause);
        assert.deepEqual(await method.look(5000), {
          state: "up",
          identity: String(pid),
          reason: "Restarted",
          detail: "",
        });
        assert.deepEqual(await method.restart(5000, ABOUT), { kind: "done" });
        assert.equal((await ended).signal, "SIGTERM");
      })
    ),
);

Deno.test(
  { name: "restartBySignal() waits for a pid file that is just being written", ignore: noKill },
  () =>
    inFolder((folder) =>
      withProcess(async (pid, ended) => {
        const pidFile = join(folder, "pid");
        // What a daemon that starts goes through: nothing, the file before, an empty one, the right one.
        const gone = await deadPid();
        const course = [
          () => Deno.writeTextFile(pidFile, `${gone}\n`),
          () => Deno.writeTextFile(pidFile, ""),
          () => Deno.writeTextFile(pidFile, `${pid}\n`),
        ];
        const waits: number[] = [];
        const pause = async (milliseconds: number) => {
          waits.push(milliseconds);
          await course.shift()?.();
        };
        const method = restartBySignal({ pidFile, signal: "SIGTERM" }, PROGRAMS, pause);
        assert.deepEqual(await method.restart(5000, ABOUT), { kind: "done" });
        assert.deepEqual(waits, [100, 200, 400]);
        assert.equal((await ended).signal, "SIGTERM");
      })
    ),
);

async function deadPid(): Promise<number> {
  const child = new Deno.Command("true").spawn();
  await child.status;
  return child.pid;
}

Deno.test({
  name: "restartBySignal() leaves alone who is not there, and numbers that are no process",
  ignore: noKill,
}, () =>
  inFolder(async (folder) => {
    const pidFile = join(folder, "pid");
    const method = restartBySignal({ pidFile, signal: "SIGHUP" }, PROGRAMS, noPause);
    const none = await method.restart(5000, ABOUT);
    assert.deepEqual(none, { kind: "absent", reason: "NoPidFile", detail: pidFile });
    await Deno.writeTextFile(pidFile, `${await deadPid()}\n`);
    const gone = await method.restart(5000, ABOUT);
    assert.equal(gone.kind === "absent" && gone.reason, "ProcessGone");
    for (const text of ["0", "1", "-1", `${Deno.pid}`, "12 13", "99999999999", "x\n", ""]) {
      await Deno.writeTextFile(pidFile, text);
      const attempt = await method.restart(5000, ABOUT);
      assert.equal(attempt.kind === "failed" && attempt.reason, "PidFileUnusable", text);
    }
    await withProcess(async (pid) => {
      await Deno.writeTextFile(pidFile, `${pid}\n`);
      await Deno.chmod(pidFile, 0o666);
      const open = await method.restart(5000, ABOUT);
      assert.equal(open.kind === "failed" && open.reason, "PidFileUnusable");
      await Deno.chmod(pidFile, 0o644);
      assert.equal((await method.restart(5000, ABOUT)).kind, "done");
    });
  }));

Deno.test(
  { name: "restartBySignal() does not believe a file from before the host started", ignore: noKill },
  () =>
    inFolder((folder) =>
      withProcess(async (pid) => {
        const pidFile = join(folder, "pid");
        await Deno.writeTextFile(pidFile, `${pid}\n`);
        await Deno.utime(pidFile, 1_000_000, 1_000_000);
        const attempt = await restartBySignal({ pidFile, signal: "SIGTERM" }, PROGRAMS, noPause).restart(
          5000,
          ABOUT,
        );
        assert.equal(attempt.kind === "absent" && attempt.reason, "ProcessGone");
      })
    ),
);

Deno.test("restartByCommand() runs a program without a shell, and tells it for what", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const script = 'printf "%s|" "$CERTGATE_DEPENDENT" "$CERTGATE_CA" "$@" > "$0"';
    const method = restartByCommand(["/bin/sh", "-c", script, out, "a b", "$(x)"]);
    assert.deepEqual(await method.restart(5000, ABOUT), { kind: "done" });
    assert.equal(await Deno.readTextFile(out), "limit|AB:CD|a b|$(x)|");
  }));

Deno.test("restartByCommand() shows the end of what was said in one short line, and cuts off who hangs", async () => {
  const noisy =
    'i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done; printf "the \\033[31mend\\n" >&2; exit 7';
  const failed = await restartByCommand(["/bin/sh", "-c", noisy]).restart(5000, ABOUT);
  assert(failed.kind === "failed" && failed.reason === "CommandFailed");
  assert.match(failed.detail, /^exit code 7: ….*line 299; the \?\[31mend$/);
  assert(failed.detail.length <= 700);
  const hung = await restartByCommand(["/bin/sleep", "60"]).restart(100, ABOUT);
  assert.equal(hung.kind === "failed" && hung.reason, "TimedOut");
  const none = await restartByCommand(["/nonexistent"]).restart(100, ABOUT);
  assert.equal(none.kind === "failed" && none.reason, "NotPermitted");
});

Deno.test("restartByHttp() sends a request, and takes only a success for one", async () => {
  const seen: string[] = [];
  let status = 204;
  const hanging = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (status === 0) return hanging.promise.then(() => new Response());
    seen.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("certgate-ca")}`);
    return new Response(null, { status, headers: { location: "/elsewhere" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}/reload`;
  const method = restartByHttp({ url, method: "POST" });
  assert.equal((await method.look(5000)).state, "up");
  assert.deepEqual(await method.restart(5000, ABOUT), { kind: "done" });
  status = 302;
  const elsewhere = await method.restart(5000, ABOUT);
  assert.deepEqual(elsewhere, { kind: "failed", reason: "RequestFailed", detail: "HTTP status 302" });
  assert.deepEqual(seen, ["POST /reload AB:CD", "POST /reload AB:CD"]);
  status = 0;
  const silent = await method.restart(100, ABOUT);
  assert.equal(silent.kind === "failed" && silent.reason, "TimedOut");
  hanging.resolve();
  await server.shutdown();
});

Deno.test("restartByHttp() leaves alone who does not listen", async () => {
  const method = restartByHttp({ url: FREE, method: "POST" });
  assert.equal((await method.look(5000)).state, "absent");
  const attempt = await method.restart(5000, ABOUT);
  assert.equal(attempt.kind === "absent" && attempt.reason, "NobodyListens");
});
