import assert from "node:assert/strict";
import { join } from "node:path";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { FakeServiceManager } from "../fakes/service_manager.ts";
import { HookClient } from "../fakes/hook_client.ts";
import { TextLineStream } from "../fakes/text_lines.ts";
import { toolPath } from "../setup/tools.ts";
import { type ConfinedHost, probeConfined, runConfined, startConfined } from "./_confine.ts";
import { HOSTS, makeHost, PROGRAM_RUNNER } from "./_host.ts";
import { readUnit } from "./_unit.ts";

const FOLDER = new URL("../../systemd/", import.meta.url).pathname;
const UNIT = Deno.readTextFileSync(join(FOLDER, "certgate.service"));
const CAPTURE = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);
/** The first needs root, the second libseccomp, which systemd itself needs. */
const missing = toolPath("unshare") === null || toolPath("python3") === null ||
  toolPath("systemd-analyze") === null;
/** What systemd sets for the service. */
const ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/var/lib/certgate",
  NOTIFY_SOCKET: "/run/systemd/notify",
  RUNTIME_DIRECTORY: "/run/certgate",
  STATE_DIRECTORY: "/var/lib/certgate",
  CONFIGURATION_DIRECTORY: "/etc/certgate",
  WATCHDOG_USEC: "30000000",
};

/** Made for the first test that asks; bundling takes seconds. */
let made: Promise<ConfinedHost & AsyncDisposable> | null = null;
const theHost = () => made ??= makeHost();

Deno.test.afterAll(async () => await (await made)?.[Symbol.asyncDispose]());

Deno.test({
  name: "certgate does all of its work under the restrictions of its unit",
  ignore: missing,
  async fn() {
    const host = await theHost();
    const manager = new FakeServiceManager(join(host.dir, "manager/notify"));
    await Deno.chmod(manager.socket, 0o777);
    const child = await startConfined(readUnit(UNIT), host, ENVIRONMENT);
    const { log, http } = readLog(child);
    void child.stdout.cancel();
    try {
      await manager.hears(/^READY=1$/);
      const line =
        "STATUS=0 hosts served, 1 withheld: private.example.com (unreadable); 1 of 2 on the way to Envoy";
      await manager.hears(new RegExp(`^${RegExp.escape(line)}$`));
      await manager.hears(/^WATCHDOG=1$/);
      await counts(await http, 'certgate_watchdog_probes_total{result="answered"}');
      if (toolPath("envoy") !== null) await counts(await http, 'certgate_verdicts_total{by="envoy"}');
      const answer = await callHook(host, await readCapture());
      assert(answer.includes("https-g1") && !answer.includes("m-staple-tls"), "the hook prunes");
      const published = join(host.dir, "state/gate/certgate.yaml");
      const before = Deno.readTextFileSync(published);
      await replacePair(host);
      await changes(published, before);
      child.kill("SIGHUP");
      await manager.hears(/^RELOADING=1$/);
      await manager.hears(/^READY=1$/, 2);
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0, await log);
      await manager.hears(/^STOPPING=1$/);
      assert(!/panic|"level":"error"/.test(await log), await log);
      assert.deepEqual([...Deno.readDirSync(join(host.dir, "run"))], [], "no socket is left");
    } finally {
      try {
        child.kill("SIGKILL");
      } catch { /* It has ended. */ }
      await child.status;
      await manager.close();
    }
  },
});

/** The whole log, when it has ended, and where metrics are, as soon as it says so. */
function readLog(child: Deno.ChildProcess): { log: Promise<string>; http: Promise<string> } {
  const lines: string[] = [];
  const http = Promise.withResolvers<string>();
  const read = async () => {
    const stream = child.stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of stream) {
      lines.push(line);
      if (line.includes('"msg":"certgate is ready"')) http.resolve(JSON.parse(line).http);
    }
    return lines.join("\n");
  };
  return { log: read(), http: http.promise };
}

/** Waits until a counter is not zero. */
async function counts(http: string, series: string): Promise<void> {
  const limit = performance.now() + 20_000;
  for (;;) {
    const text = await (await fetch(`${http}/metrics`)).text();
    const value = text.split("\n").find((line) => line.startsWith(`${series} `))?.slice(series.length);
    if (Number(value) > 0) return;
    assert(performance.now() < limit, `${series}${value}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function readCapture(): Promise<Uint8Array> {
  const stream = (await Deno.open(CAPTURE)).readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function callHook(host: ConfinedHost, request: Uint8Array) {
  const client = new HookClient(`unix:${host.dir}/run/hook.sock`);
  try {
    return await client.call("PostTranslateModify", request);
  } finally {
    client.close();
  }
}

async function replacePair(host: ConfinedHost): Promise<void> {
  const { certificate, key } = await makeSelfSigned({
    names: [HOSTS[0]],
    now: Date.now() - 60_000,
    days: 60,
  });
  const folder = join(host.dir, "etc/certs", HOSTS[0]);
  // In place, so that owner and mode stay.
  await Deno.writeFile(join(folder, "tls.crt"), certificate);
  await Deno.writeFile(join(folder, "tls.key"), key.open());
}

async function changes(path: string, before: string): Promise<void> {
  const limit = performance.now() + 20_000;
  while (Deno.readTextFileSync(path) === before) {
    assert(performance.now() < limit, "what is published does not change");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const PRIVATE_KEY = "/etc/certgate/certs/private.example.com/tls.key";

Deno.test({
  name: "certgate.service lets its process do nothing else",
  ignore: missing,
  async fn() {
    const host = await theHost();
    const answers = await probeConfined(readUnit(UNIT), host, {
      "write its state": ["write", "/var/lib/certgate/probe"],
      "write its runtime directory": ["write", "/run/certgate/probe"],
      "write a temporary file": ["write", "/tmp/probe"],
      "read a key of the group": ["read", "/etc/certgate/certs/www.example.com/tls.key"],
      "read another user's key": ["read", PRIVATE_KEY],
      "read a home that is open to all": ["read", "/root/home/readable"],
      "write its configuration": ["write", "/etc/certgate/probe"],
      "write another state": ["write", "/var/lib/other/probe"],
      "write a program": ["write", "/usr/local/bin/probe"],
      "run what it could have written": ["run", "/var/lib/certgate/planted"],
      "make a file setuid": ["chmod", "/var/lib/certgate/probe"],
      "see other processes": ["read", "/proc/1/status"],
      "see the kernel's settings": ["read", "/proc/sys/kernel/hostname"],
      "mount": ["call", "mount"],
      "trace": ["call", "ptrace"],
      "load a module": ["call", "init_module"],
      "load a kernel": ["call", "kexec_load"],
      "load a program into the kernel": ["call", "bpf"],
      "set the clock": ["call", "clock_settime"],
      "become another user": ["call", "setresuid"],
      "use a keyring": ["call", "keyctl"],
      "use io_uring": ["call", "io_uring_setup"],
      "make a user namespace": ["unshare", 0x1000_0000],
      "talk netlink": ["socket", 16],
      "talk raw packets": ["socket", 17],
      "user": ["status", "Uid:"],
      "capabilities": ["status", "CapEff:"],
      "capabilities to come": ["status", "CapBnd:"],
      "no new privileges": ["status", "NoNewPrivs:"],
      "seccomp": ["status", "Seccomp:"],
    });
    assert.deepEqual(answers, {
      "write its state": "done",
      "write its runtime directory": "done",
      "write a temporary file": "done",
      "read a key of the group": "done",
      "read another user's key": "EACCES",
      "read a home that is open to all": "EACCES",
      "write its configuration": "EROFS",
      "write another state": "EROFS",
      "write a program": "EROFS",
      "run what it could have written": "EACCES",
      "make a file setuid": "EPERM",
      "see other processes": "ENOENT",
      "see the kernel's settings": "ENOENT",
      "mount": "EPERM",
      "trace": "EPERM",
      "load a module": "EPERM",
      "load a kernel": "EPERM",
      "load a program into the kernel": "EPERM",
      "set the clock": "EPERM",
      "become another user": "EPERM",
      "use a keyring": "EPERM",
      "use io_uring": "EPERM",
      "make a user namespace": "EPERM",
      "talk netlink": "EAFNOSUPPORT",
      "talk raw packets": "EAFNOSUPPORT",
      "user": "64001",
      "capabilities": "0000000000000000",
      "capabilities to come": "0000000000000000",
      "no new privileges": "1",
      "seccomp": "2",
    });
    for (const path of ["state/probe", "run/probe"]) await Deno.remove(join(host.dir, path));
  },
});

Deno.test({
  name: "read-any-key.conf lets certgate read every key, and change none",
  ignore: missing,
  async fn() {
    const unit = readUnit(UNIT, Deno.readTextFileSync(join(FOLDER, "examples/read-any-key.conf")));
    const answers = await probeConfined(unit, await theHost(), {
      "read another user's key": ["read", PRIVATE_KEY],
      "write another user's key": ["write", PRIVATE_KEY],
      "write another state": ["write", "/var/lib/other/probe"],
      "mount": ["call", "mount"],
      "capabilities": ["status", "CapEff:"],
    });
    assert.deepEqual(answers, {
      "read another user's key": "done",
      "write another user's key": "EROFS",
      "write another state": "EROFS",
      "mount": "EPERM",
      "capabilities": "0000000000000004",
    });
  },
});

/** What the runtime answers, before the kernel is asked. */
const RUNTIME_PROBE = `
const tries = {
  "write its state": () => Deno.writeTextFile("/var/lib/certgate/runtime", "").then(() => Deno.remove("/var/lib/certgate/runtime")),
  "write elsewhere": () => Deno.writeTextFile("/tmp/runtime", ""),
  "run another program": () => new Deno.Command("/bin/true").output(),
  "run by name": () => new Deno.Command("true").output(),
  "read another variable": () => Deno.env.get("SECRET"),
  "read processes": () => Deno.readTextFile("/proc/self/environ"),
  "load a library": () => Deno.dlopen("/lib/x.so", {}),
  "import from elsewhere": () => import("https://example.com/" + "x.js"),
  "ask about the machine": () => Deno.hostname(),
};
const answers = {};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    await attempt();
    answers[name] = "done";
  } catch (error) {
    answers[name] = error.name === "TypeError" ? "Requires import access: " + /import access/.test(error.message) : error.name;
  }
}
console.log(JSON.stringify(answers));
`;

Deno.test({
  name: "the permissions of the binary let its code do nothing else, under the restrictions of its unit",
  ignore: missing,
  async fn() {
    const host = await theHost();
    await Deno.writeTextFile(join(host.dir, "etc/probe.js"), RUNTIME_PROBE);
    const output = await runConfined(readUnit(UNIT), host, [PROGRAM_RUNNER, "/etc/certgate/probe.js"], {
      environment: { ...ENVIRONMENT, SECRET: "x" },
    });
    assert.deepEqual(JSON.parse(output), {
      "write its state": "done",
      "write elsewhere": "NotCapable",
      "run another program": "NotCapable",
      "run by name": "NotCapable",
      "read another variable": "NotCapable",
      "read processes": "NotCapable",
      "load a library": "NotCapable",
      "import from elsewhere": "Requires import access: true",
      "ask about the machine": "NotCapable",
    });
  },
});
