import assert from "node:assert/strict";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { INSTALL } from "./_release.ts";
import { releasesFor } from "./_releases.ts";

const { url } = await releasesFor({ "0.1.0": {} });
const ARGS = ["--version", "0.1.0", "--base-url", url];
const script = await Deno.readTextFile(INSTALL);
const options = { script, unprivileged: true };

/** A host that belongs to somebody else than root, below whose root nothing can be written but through its sudo. */
async function closedHost(): Promise<Host> {
  const host = await Host.make(SHELLS[0]);
  await host.program(
    "sudo",
    `echo "sudo $*" >>"$HOME/../calls"
find "$DESTDIR" -type d -exec chmod u+w {} +
"$@"
code=$?
find "$DESTDIR" -type d -exec chmod u-w {} +
exit $code`,
  );
  const giveAway = async (path: string): Promise<void> => {
    const { isDirectory, isSymlink } = await Deno.lstat(path);
    // A link leads to a program of this machine.
    if (isSymlink) return;
    if (isDirectory) { for await (const { name } of Deno.readDir(path)) await giveAway(join(path, name)); }
    if (Deno.uid() === 0) await Deno.chown(path, 65534, 65534);
    if (path.startsWith(host.root)) await Deno.chmod(path, 0o555);
  };
  await Deno.chmod(join(host.folder, ".."), 0o755);
  await giveAway(host.folder);
  return host;
}

Deno.test("install.sh uses sudo for the steps that need root, and for nothing else", async () => {
  await using host = await closedHost();
  const { code, stderr, calls } = await host.run(ARGS, options);
  assert.deepEqual([code, stderr], [0, ""], "whatever is written below the root goes through sudo");
  const programs = new Set(
    calls.filter((call) => call.startsWith("sudo ")).map((call) => call.split(" ")[1].split("/").at(-1)),
  );
  assert.deepEqual(
    [...programs].sort(),
    ["chmod", "chown", "cp", "mkdir", "mv", "rm", "systemctl", "systemd-sysusers"],
  );
  const own = calls.filter((call) => call.startsWith("sudo ") && call.includes(join(host.folder, "tmp")));
  assert.deepEqual(
    own.filter((call) => !/^sudo (cp |\S*systemd-sysusers)/.test(call)),
    [],
    "its own files need none",
  );
  const again = await host.run(ARGS, options);
  assert.deepEqual(
    [again.code, again.calls],
    [0, []],
    "where nothing is to be done nobody is asked for a password",
  );
});

Deno.test("install.sh never asks for a password in a dry run", async () => {
  await using host = await closedHost();
  const { code, stderr, calls } = await host.run([...ARGS, "--dry-run", "--configure"], options);
  assert.deepEqual([code, stderr, calls], [0, "", []]);
});

Deno.test("install.sh says what to do where there is neither root nor sudo", async () => {
  await using host = await closedHost();
  await host.program("sudo", null);
  const before = await host.state();
  const { code, stderr } = await host.run(ARGS, options);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: Cannot change this host: this is not root, and sudo is missing\nhint: .*--prefix DIR\n$/,
  );
  assert.deepEqual(await host.state(), before);
});

Deno.test("install.sh leaves nothing behind where sudo refuses", async () => {
  await using host = await closedHost();
  await host.program("sudo", "echo 'sudo: a terminal is required' >&2; exit 1");
  const before = await host.state();
  const { code, stderr } = await host.run(ARGS, options);
  assert.equal(code, 1);
  assert.match(stderr, /^error: Cannot write .*: sudo: a terminal is required\nhint: nothing was replaced/);
  assert.deepEqual(await host.state(), before);
});
