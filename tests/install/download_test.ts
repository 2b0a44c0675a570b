import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { ARCH } from "./_release.ts";
import { releasesFor } from "./_releases.ts";
import { serve } from "./_server.ts";

const { folder } = await releasesFor({ "0.1.0": {} });
const ARCHIVE = `/v0.1.0/certgate_0.1.0_linux_${ARCH}.tar.gz`;
const bytes = await Deno.readFile(folder + ARCHIVE);

/** Any wget will do: the loopback needs no TLS. */
const wget = ["/usr/bin/wget", "/bin/wget"].find((path) => existsSync(path));

for (const shell of SHELLS) {
  if (shell === SHELLS[0]) {
    Deno.test(`install.sh asks for the checksums and one archive, where it is told to (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await using server = serve(folder);
      const { code } = await host.run(["--version=v0.1.0"], { env: { CERTGATE_BASE_URL: `${server.url}/` } });
      assert.equal(code, 0);
      assert.deepEqual(server.asked, ["/v0.1.0/SHA256SUMS", ARCHIVE]);
    });
  }

  Deno.test(`install.sh changes nothing if the download was cut off (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    // Once with the length that was promised, once without.
    for (const headers of [new Headers({ "content-length": String(bytes.length) }), new Headers()]) {
      const half = () =>
        new ReadableStream({
          start(controller) {
            controller.enqueue(bytes.slice(0, bytes.length / 2));
            controller.close();
          },
        });
      await using server = serve(
        folder,
        (path) => path === ARCHIVE ? new Response(half(), { headers }) : null,
      );
      const before = await host.state();
      const { code, stderr, calls } = await host.run(["--version", "0.1.0", "--base-url", server.url]);
      assert.deepEqual([code, calls], [1, []]);
      assert.match(stderr, /^error: Cannot (download|use) .+\nhint: .+\n$/);
      assert.deepEqual(await host.state(), before);
    }
  });

  Deno.test(`install.sh changes nothing if there is no network (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const closed = await (async () => {
      await using server = serve(folder);
      return server.url;
    })();
    const before = await host.state();
    const { code, stderr, calls } = await host.run(["--version", "0.1.0", "--base-url", closed]);
    assert.deepEqual([code, calls], [1, []]);
    assert.match(
      stderr,
      /^error: Cannot download http:.+SHA256SUMS: .+\nhint: .*--file installs without one\n$/,
    );
    assert.deepEqual(await host.state(), before);
  });

  Deno.test(
    `install.sh takes wget where there is no curl (${shell.name})`,
    { ignore: wget === undefined },
    async () => {
      await using host = await Host.make(shell);
      await using server = serve(folder);
      await host.program("curl", null);
      await host.program("wget", `exec ${shell.busybox ?? ""} ${shell.busybox ? "wget" : wget} "$@"`);
      const { code, stderr } = await host.run(["--version", "0.1.0", "--base-url", server.url]);
      assert.deepEqual([code, stderr], [0, ""]);
      const missing = await host.run(["--version", "0.9.0", "--base-url", server.url]);
      assert.match(missing.stderr, /^error: Cannot download http:.*404/);
      await host.program("wget", null);
      const none = await host.run(["--version", "0.1.0", "--base-url", server.url]);
      assert.match(none.stderr, /^error: Cannot download: curl and wget are both missing/);
    },
  );

  if (shell === SHELLS[0]) {
    Deno.test(`install.sh takes no wget that does not check certificates (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await host.program("curl", null);
      await host.program("wget", "echo 'wget: unrecognized option: version' >&2; exit 1");
      const { code, stderr } = await host.run(["--version", "0.1.0", "--base-url", "https://127.0.0.1:1"]);
      assert.equal(code, 1);
      assert.match(stderr, /this wget is not known to check certificates/);
    });
  }

  Deno.test(`install.sh ends at once and leaves nothing if it is stopped while it downloads (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const reached = Promise.withResolvers<void>();
    const never = new ReadableStream({ start: (controller) => controller.enqueue(bytes.slice(0, 100)) });
    await using server = serve(folder, (path) => {
      if (path !== ARCHIVE) return null;
      reached.resolve();
      return new Response(never);
    });
    const before = await host.state();
    const child = host.start(["--version", "0.1.0", "--base-url", server.url]);
    await reached.promise;
    child.kill("SIGTERM");
    const { code, calls } = await host.ended(child);
    assert.deepEqual([code, calls], [143, []]);
    assert.deepEqual(await host.state(), before);
  });

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh leaves nothing if it is stopped between two files (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await host.program("cp", `case $* in *man1*) kill -TERM $PPID;; esac; exec ${host.real("cp")} "$@"`);
      const before = await host.state();
      const { code } = await host.run(["--version", "0.1.0", "--base-url", `file://${folder}`]);
      assert.equal(code, 143);
      assert.deepEqual(await host.state(), before);
    });
  }

  Deno.test(`install.sh installs from a file without a network (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await host.program("curl", null);
    const named = await host.run(["--file", folder + ARCHIVE]);
    assert.deepEqual([named.code, named.stderr], [0, ""]);
    const again = await host.run(["--file", `.${ARCHIVE.slice(7)}`]);
    assert.match(again.stderr, /there is no such file/);
    await Deno.copyFile(folder + ARCHIVE, join(host.folder, "here.tar.gz"));
    const here = await host.run(["--file", "here.tar.gz"]);
    assert.match(here.stderr, /there is no SHA256SUMS beside it\nhint: .*nothing is installed unchecked/);
  });
}
