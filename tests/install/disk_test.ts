import assert from "node:assert/strict";
import { join } from "node:path";
import { Host, type Shell, SHELLS } from "./_host.ts";
import { INSTALL } from "./_release.ts";
import { releasesFor } from "./_releases.ts";

// 300 kB more: a real program does not fit beside the one before either.
const { url } = await releasesFor({ "0.1.0": {}, "0.2.0": { padding: 300_000 } });

/** Whether this user may mount a small file system of his own here. */
const mayMount = await (async () => {
  const args = ["-m", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"];
  return await new Deno.Command("unshare", { args, stderr: "null" }).output().then(
    ({ success }) => success,
    () => false,
  );
})();

/** Runs shell text with a file system of a given size at the place, which nobody else sees. */
async function onSmallDisk(host: Host, place: string, size: string, text: string): Promise<string> {
  const install = [...host.shell.command, INSTALL].map((each) => `'${each}'`).join(" ");
  const script = `set -eu
mount -t tmpfs -o size=${size},mode=755 none '${place}'
install() { env -i ${
    Object.entries(host.environment).map(([key, value]) => `'${key}=${value}'`).join(" ")
  } ${install} --base-url '${url}' "$@"; }
content() { cd '${host.root}' && find . -type f ! -name fill -exec sha256sum {} + | sort; find . -type d | sort; cd /; }
${text}`;
  const { code, stdout, stderr } = await new Deno.Command("unshare", { args: ["-m", "sh", "-c", script] })
    .output();
  const said = new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  return new TextDecoder().decode(stdout);
}

function testDisks(shell: Shell): void {
  Deno.test(
    `install.sh leaves the old program where the disk is full (${shell.name})`,
    { ignore: !mayMount },
    async () => {
      await using host = await Host.make(shell);
      const said = await onSmallDisk(
        host,
        host.root,
        "1m",
        `install --version 0.1.0 >/dev/null
dd if=/dev/zero of='${host.root}/fill' bs=1k 2>/dev/null || :
# Room for the beginning of the new program, and not for all of it.
dd if=/dev/null of='${host.root}/fill' bs=1k seek=$(($(wc -c <'${host.root}/fill') / 1024 - 100)) 2>/dev/null
content >'${host.folder}/before'
if install --version 0.2.0 2>&1 >/dev/null; then exit 3; fi
content >'${host.folder}/after'
cmp '${host.folder}/before' '${host.folder}/after'
rm '${host.root}/fill'
install --version 0.2.0`,
      );
      assert.match(
        said,
        /^error: Cannot write \/usr\/local\/bin\/certgate: .*No space left on device\nhint: nothing was replaced; make room/,
      );
      assert.match(said, /\ncertgate 0\.2\.0 is installed/, "with room again it works");
    },
  );

  Deno.test(`install.sh changes nothing where its temporary directory is full (${shell.name})`, {
    ignore: !mayMount,
  }, async () => {
    await using host = await Host.make(shell);
    const said = await onSmallDisk(
      host,
      join(host.folder, "tmp"),
      "100k",
      `content >'${host.folder}/before'
if install --version 0.2.0 2>&1 >/dev/null; then exit 3; fi
content >'${host.folder}/after'
cmp '${host.folder}/before' '${host.folder}/after'`,
    );
    assert.match(said, /^error: Cannot unpack .*\nhint: set TMPDIR to a directory with 300 MB free/);
  });

  Deno.test(`install.sh takes away what it has laid down if a later file does not fit (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const cp = `case $* in *man1*) echo "cp: error writing: No space left on device" >&2; exit 1;; esac`;
    await host.program("cp", `${cp}\nexec ${host.real("cp")} "$@"`);
    const before = await host.state();
    const { code, stderr, calls } = await host.run(["--version", "0.1.0", "--base-url", url]);
    assert.deepEqual([code, calls], [1, []]);
    assert.match(
      stderr,
      /^error: Cannot write \/usr\/local\/share\/man\/man1\/certgate\.1: .*No space left on device\n/,
    );
    assert.deepEqual(await host.state(), before);
  });
}

for (const shell of SHELLS) testDisks(shell);
