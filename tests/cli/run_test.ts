import assert from "node:assert/strict";
import { join } from "node:path";
import { HookClient } from "../fakes/hook_client.ts";
import { start } from "./_program.ts";

const capture = new URL("../fixtures/eg-1.9.0-one-gateway-41-hosts.pb.gz", import.meta.url);

async function readCapture(): Promise<Uint8Array> {
  const stream = (await Deno.open(capture)).readable.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inDirectory(use: (dir: string, config: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await use(dir, join(dir, "config.yaml"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function settings(dir: string, more = "envoy: { path: none }"): string {
  return [
    `hook: { listen: "unix://${dir}/hook.sock", deadline: 3000 }`,
    `http: { listen: "127.0.0.1:0" }`,
    `stateDir: ${dir}/state`,
    more,
    "",
  ].join("\n");
}

async function sample(http: unknown, name: string): Promise<number> {
  const text = await (await fetch(`${http}/metrics`)).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `))?.slice(name.length));
}

Deno.test("run says that it is ready, refuses a second one with 4 and ends with 0 on SIGTERM", async () => {
  await inDirectory(async (dir, config) => {
    await Deno.writeTextFile(config, settings(dir));
    const first = start("run", "--config", config);
    const { hook } = await first.line("certgate is ready");
    assert.equal(hook, `unix:${dir}/hook.sock`);
    const second = await start("run", "--config", config).end();
    assert.equal(second.code, 4);
    assert.match(second.stderr, /^error: Cannot use ".*state": another certgate has it\nhint: /);
    first.signal("SIGTERM");
    assert.equal((await first.end()).code, 0);
    await assert.rejects(Deno.lstat(join(dir, "hook.sock")), Deno.errors.NotFound);
  });
});

Deno.test("run takes over what kill -9 left behind, with the same answer", async () => {
  await inDirectory(async (dir, config) => {
    await Deno.writeTextFile(config, settings(dir));
    const request = await readCapture();
    const answers: Uint8Array[] = [];
    for (let round = 0; round < 2; round++) {
      const program = start("run", "--config", config);
      await program.line("certgate is ready");
      const client = new HookClient(`unix:${dir}/hook.sock`);
      answers.push(await client.call("PostTranslateModify", request));
      client.close();
      program.signal("SIGKILL");
      await program.end();
      assert((await Deno.lstat(join(dir, "hook.sock"))).isSocket, "nobody tidied up");
    }
    assert.deepEqual(answers[0], answers[1]);
  });
});

Deno.test("run finishes the call under way on SIGTERM, within the deadline, though Envoy hangs", async () => {
  await inDirectory(async (dir, config) => {
    const envoy = join(dir, "envoy");
    const asked = join(dir, "asked");
    const version = "envoy  version: 0000/9.9.9/Clean/RELEASE/BoringSSL";
    const script =
      `#!/bin/sh\n[ "$1" = --version ] && echo "${version}" && exit\necho > ${asked}\nexec sleep 60\n`;
    await Deno.writeTextFile(envoy, script, { mode: 0o755 });
    await Deno.writeTextFile(config, settings(dir, `envoy: { path: "${envoy}" }`));
    const program = start("run", "--config", config);
    await program.line("certgate is ready");
    const client = new HookClient(`unix:${dir}/hook.sock`);
    const answer = client.call("PostTranslateModify", await readCapture());
    while (!await Deno.lstat(asked).catch(() => null)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    program.signal("SIGTERM");
    assert(!(await answer).includes("m-staple-tls"), "the rules stood alone");
    client.close();
    const { code, stderr } = await program.end();
    assert.equal(code, 0);
    assert.match(stderr, /the rules stand alone/);
  });
});

Deno.test("run outlives clients that leave right behind their last answer", async () => {
  await inDirectory(async (dir, config) => {
    await Deno.writeTextFile(config, settings(dir));
    const program = start("run", "--config", config);
    const { http } = await program.line("certgate is ready");
    // Without the pause before a session is closed, the runtime aborts in about every second round.
    for (let round = 0; round < 25; round++) {
      const client = new HookClient(`unix:${dir}/hook.sock`);
      for (let call = 0; call < 100; call++) await client.call("PostRouteModify", Uint8Array.of(10, 0));
      client.close();
    }
    const name = 'certgate_hook_calls_total{hook="PostRouteModify",outcome="unchanged"}';
    assert.equal(await sample(http, name), 2500);
    program.signal("SIGTERM");
    assert.equal((await program.end()).code, 0);
  });
});

Deno.test("run reloads on SIGHUP, all or nothing", async () => {
  await inDirectory(async (dir, config) => {
    await Deno.writeTextFile(config, settings(dir));
    const program = start("run", "--config", config);
    const { http } = await program.line("certgate is ready");
    await Deno.writeTextFile(config, settings(dir) + "whenEmty: park\n");
    program.signal("SIGHUP");
    const line = await program.line("the configuration is wrong, the one in use stays");
    assert.equal(line.place, `${config}:5:1`);
    assert.equal(line.problem, 'Unknown key "whenEmty"');
    assert.equal(line.hint, 'did you mean "whenEmpty"?');
    assert.equal(await sample(http, "certgate_config_reload_failed"), 1);
    await Deno.writeTextFile(config, settings(dir) + "whenEmpty: park\n");
    program.signal("SIGHUP");
    await program.line("configuration reloaded");
    assert.equal(await sample(http, "certgate_config_reload_failed"), 0);
    program.signal("SIGINT");
    assert.equal((await program.end()).code, 0);
  });
});

Deno.test("run answers a wrong configuration with 2 and every complaint with its place", async () => {
  await inDirectory(async (dir, config) => {
    await Deno.writeTextFile(config, "hook:\n  listen: nowhere\nstateDirr: /x\n");
    const { code, stderr } = await start("run", "--config", config).end();
    assert.equal(code, 2);
    assert.match(
      stderr,
      new RegExp(`^error: ${config}:2:11: .*"hook.listen".*\nhint: .*\nerror: ${config}:3:1: Unknown key`),
    );
    const absent = await start("run", "--config", join(dir, "absent.yaml")).end();
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /Cannot read the configuration/);
  });
});

Deno.test("run answers a port in use with 3 and gives the hook back", async () => {
  await inDirectory(async (dir, config) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await Deno.writeTextFile(config, settings(dir).replace("127.0.0.1:0", `127.0.0.1:${taken.addr.port}`));
    const { code, stderr } = await start("run", "--config", config).end();
    taken.close();
    assert.equal(code, 3);
    assert.match(stderr, /error: Cannot listen on "127\.0\.0\.1:\d+": the port is in use\nhint: /);
    await assert.rejects(Deno.lstat(join(dir, "hook.sock")), Deno.errors.NotFound);
  });
});
