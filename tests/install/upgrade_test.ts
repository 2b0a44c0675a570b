import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { releasesFor } from "./_releases.ts";

const { url } = await releasesFor({
  "0.1.0": {},
  "0.2.0": { unit: "another one" },
  "0.3.0": { unit: "another one", refuses: "neverGate" },
});
const version = (name: string) => ["--version", name, "--base-url", url];
const RESTART = ["systemctl daemon-reload", "systemctl restart certgate.service"];

for (const shell of SHELLS) {
  Deno.test(`install.sh upgrades and goes back, and keeps configuration and state (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(version("0.1.0"));
    await host.write("etc/certgate/config.yaml", "sources: []\n", 0o640);
    await host.write("etc/certgate/resources/edge.yaml", "# mine\n");
    await host.write("var/lib/certgate/verdicts.json", "{}\n", 0o600);
    const kept = async () =>
      Object.entries(await host.state()).filter(([path]) => /etc\/certgate|var\/lib/.test(path));
    const before = await kept();
    for (const name of ["0.2.0", "0.1.0"]) {
      const { code, stderr, calls } = await host.run(version(name));
      assert.deepEqual([code, stderr], [0, ""]);
      assert.deepEqual(calls, RESTART);
      assert.match(await host.read("usr/local/bin/certgate"), new RegExp(`certgate ${name} `));
      assert.match(
        await host.read("etc/systemd/system/certgate.service"),
        name === "0.2.0" ? /another one/ : /the same/,
      );
      assert.deepEqual(await kept(), before);
    }
  });

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh replaces a program that runs by renaming (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await host.run(version("0.1.0"));
      const place = join(host.root, "usr/local/bin/certgate");
      using open = await Deno.open(place);
      const { size } = await open.stat();
      await host.run(version("0.2.0"));
      assert.equal((await open.stat()).nlink, 0, "the old file lives on for whoever has it open");
      assert.equal((await open.stat()).size, size);
      assert.match(await host.read("usr/local/bin/certgate"), /certgate 0\.2\.0 /);
    });
  }

  Deno.test(`install.sh stops before a version that refuses the configuration (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(version("0.1.0"));
    await host.write("etc/certgate/config.yaml", "neverGate: []\n", 0o640);
    const before = await host.state();
    const { code, stderr, calls } = await host.run(version("0.3.0"));
    assert.deepEqual([code, calls], [1, []]);
    assert.match(stderr, /^error: Unknown key "neverGate"$/m);
    assert.match(
      stderr,
      /^error: Cannot install certgate 0\.3\.0: it refuses \/etc\/certgate\/config\.yaml$/m,
    );
    assert.match(stderr, /^hint: nothing was changed/m);
    assert.deepEqual(await host.state(), before);
  });

  Deno.test(`install.sh says what to do about a unit that does not become active (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(version("0.1.0"));
    await host.answer("after-restart", "failed");
    const failed = await host.run(version("0.2.0"));
    assert.equal(failed.code, 1);
    assert.equal(
      failed.stderr,
      "error: Cannot start certgate.service: Job for certgate.service failed.\n" +
        "hint: journalctl -u certgate -n 50 --no-pager says why; --version 0.1.0 brings back the one before\n",
    );
    await host.answer("after-restart", "activating");
    const slow = await host.run([...version("0.2.0"), "--wait", "1"]);
    assert.equal(slow.code, 1);
    assert.match(slow.stderr, /^error: Cannot start certgate\.service: it is activating after 1 s$/m);
    await host.answer("after-restart", "active");
    const tried = await host.run(version("0.2.0"));
    assert.deepEqual([tried.code, tried.calls], [0, RESTART], "what was left undone is done the next time");
    assert.deepEqual((await host.run(version("0.2.0"))).calls, []);
  });

  if (shell === SHELLS[0]) {
    Deno.test(`install.sh leaves a unit alone that somebody has stopped, or with --no-start (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      const first = await host.run([...version("0.1.0"), "--no-start"]);
      assert.deepEqual(first.calls.filter((call) => call.startsWith("systemctl")), [
        "systemctl daemon-reload",
      ]);
      const second = await host.run(version("0.2.0"));
      assert.deepEqual([second.code, second.calls], [0, ["systemctl daemon-reload"]]);
      assert.match(second.stdout, /certgate\.service is stopped and stays so/);
      await host.answer("active", "active");
      const third = await host.run([...version("0.1.0"), "--no-start"]);
      assert.deepEqual([third.code, third.calls], [0, ["systemctl daemon-reload"]]);
    });
  }

  Deno.test(`install.sh does not stop between two renames (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(version("0.1.0"));
    await host.program("mv", `kill -TERM $PPID; exec ${host.real("mv")} "$@"`);
    const { code, calls } = await host.run(version("0.2.0"));
    assert.deepEqual([code, calls], [0, RESTART]);
    assert.match(await host.read("usr/local/bin/certgate"), /certgate 0\.2\.0 /);
    assert.match(await host.read("etc/systemd/system/certgate.service"), /another one/);
  });

  Deno.test(`install.sh finishes what a killed run has begun (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.run(version("0.1.0"));
    // The second rename never comes.
    await host.program(
      "mv",
      `[ ! -e "$HOME/once" ] || kill -KILL $PPID; : >"$HOME/once"; ${host.real("mv")} "$@"`,
    );
    const killed = await host.run(version("0.2.0"));
    assert.notEqual(killed.code, 0);
    assert.ok(existsSync(join(host.folder, "home/once")), "it came as far as that");
    await host.program("mv", `exec ${host.real("mv")} "$@"`);
    const { code, calls } = await host.run(version("0.2.0"));
    assert.deepEqual([code, calls], [0, RESTART]);
    const left = Object.keys(await host.state()).filter((path) => /certgate-new$/.test(path));
    assert.deepEqual(left, []);
    assert.deepEqual((await host.run(version("0.2.0"))).calls, []);
  });
}
